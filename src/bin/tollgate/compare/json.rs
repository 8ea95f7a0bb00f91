//! The result for programs.

use serde_json::{Value, json};
use tollgate::api_comparison::{ComparedRoute, ComparisonReport, Difference, Exchange, SeenSide};

pub fn report(report: &ComparisonReport) -> Value {
    let left_out = report.left_out.iter().map(|(reason, tally)| {
        json!({ "reason": reason.to_string(), "requests": tally.count, "first": tally.first })
    });
    json!({
        "left": report.left,
        "right": report.right,
        "requests": report.requests(),
        "equal": report.equal(),
        "different": report.different(),
        "notAnswered": report.unanswered(),
        "routes": report.routes.iter().map(route).collect::<Vec<_>>(),
        "leftOut": left_out.collect::<Vec<_>>(),
    })
}

fn route(route: &ComparedRoute) -> Value {
    json!({
        "route": route.route,
        "requests": route.requests,
        "different": route.different,
        "notAnswered": route.unanswered,
        "equal": route.equal,
        "differing": route.exchanges.iter().map(exchange).collect::<Vec<_>>(),
    })
}

fn exchange(exchange: &Exchange) -> Value {
    let difference =
        |Difference { what, left, right }: &Difference| json!({ "what": what, "left": left, "right": right });
    json!({
        "method": exchange.method,
        "target": exchange.target,
        "source": exchange.source,
        "left": side(&exchange.left),
        "right": side(&exchange.right),
        "differences": exchange.differences.iter().map(difference).collect::<Vec<_>>(),
        "moreDifferences": exchange.more_differences,
    })
}

fn side(side: &SeenSide) -> Value {
    match side {
        Ok(answer) => json!({ "status": answer.status }),
        Err(reason) => json!({ "noAnswer": reason.to_string() }),
    }
}
