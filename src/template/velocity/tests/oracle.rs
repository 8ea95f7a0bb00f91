//! What Velocity 1.7 answers, and where API Gateway answers otherwise.

use super::{
    table::{Answer, Case, cases},
    variables::variables,
};
use crate::template::velocity::{Bounds, Template};

const ONE_LINERS: &str = include_str!("../../../../tests/velocity/one_liners.txt");
const WHOLE_TEMPLATES: &str = include_str!("../../../../tests/velocity/whole_templates.txt");

pub(super) fn answer(template: &str) -> Answer {
    match Template::parse(template) {
        Err(_) => Answer::ParseError,
        Ok(template) => {
            template.render(&mut variables(), &Bounds::default()).map_or(Answer::RenderError, Answer::Text)
        }
    }
}

fn check(table: &str, least: usize) {
    let cases = cases(table);
    assert!(cases.len() >= least, "{}", cases.len());
    let mut wrong = Vec::new();
    for Case { template, velocity, here, reason } in cases {
        let answer = answer(&template);
        assert_eq!(here.is_some(), reason.is_some(), "a difference has a reason: {template}");
        assert_ne!(Some(&velocity), here.as_ref(), "no difference: {template}");
        assert_ne!(velocity, Answer::None, "not answered: {template}");
        let expected = here.unwrap_or(velocity);
        if answer != expected {
            wrong.push(format!("{template}\n  expected {expected:?}\n  got {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_construct_renders_as_velocity_and_api_gateway_render_it() {
    check(ONE_LINERS, 600);
}

#[test]
fn a_whole_template_renders_as_velocity_and_api_gateway_render_it() {
    check(WHOLE_TEMPLATES, 60);
}

#[test]
fn line_ends_of_any_system_are_taken_along() {
    let cases = [
        ("#if($t)\r\na\r\n#end\r\nb", "a\r\nb"),
        ("#set($x = 1) \t\r\na", "a"),
        ("#if($t)\ra#end\rb", "ab"),
        ("## c\r\na", "a"),
        ("a\r\n#foreach($i in [1..2])\r\n$i\r\n#end\r\nb", "a\r\n1\r\n2\r\nb"),
    ];
    for (template, expected) in cases {
        assert_eq!(answer(template), Answer::Text(expected.to_owned()), "{template:?}");
    }
}
