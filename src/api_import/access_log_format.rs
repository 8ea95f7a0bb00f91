//! The access log of a stage → its own format, where the gateway knows its variables.

use serde_json::{Map, Value};

use super::{
    report::{Ledger, Remark, Visibility},
    source::Located,
};
use crate::access_log::AccessLogFormat;

const DESTINATION: &str = "lines go to the log group of the gateway's function";
const BESIDE: &str = "the gateway writes a line of its own too, which the metrics are read from; and a line that is a \
                      JSON object gets the field accessLogFormat";

/// The fields of a stage item for `setting`, whose `Format` is `format`.
pub fn fields(ledger: &mut Ledger, setting: Located<'_>, format: Option<Located<'_>>) -> Map<String, Value> {
    let mut fields = Map::new();
    ledger.taken(setting);
    for member in setting.members().into_iter().flatten() {
        if member.key.eq_ignore_ascii_case("destinationArn") {
            ledger.remark_whole(member.value, Remark::left_out(DESTINATION));
        }
    }
    let Some(format) = format.filter(|format| !format.is_null()) else { return fields };
    let Some(text) = format.text() else {
        ledger.taken_whole(format);
        ledger.error(
            format,
            format!("got {} for the format of the access log, expected a text", format.noun()),
        );
        return fields;
    };
    match AccessLogFormat::fault(text) {
        None => {
            ledger.taken(format);
            ledger.remark(format, Remark::otherwise(BESIDE, Visibility::Invisible));
            fields.insert("accessLogFormat".to_owned(), text.into());
        }
        Some(fault) => {
            let remark = Remark::left_out(format!("the format of the access log: {fault}"));
            let advice = "write accessLogFormat of the stage without it: each request has the gateway's own line anyway";
            ledger.remark_whole(format, remark.advising(advice));
        }
    }
    fields
}
