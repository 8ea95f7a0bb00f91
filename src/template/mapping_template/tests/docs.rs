//! docs/mapping-templates.md: each template with what it is said to give.

use super::World;

const PAGE: &str = include_str!("../../../../docs/mapping-templates.md");

#[test]
fn the_templates_of_the_page_give_what_it_shows() {
    let mut world = World::new().body(r#"{"name":"Ada \"A\"","tags":["x","y"],"price":1.50}"#);
    world.request = crate::testing::TestRequest::new("").path_parameters(&[("id", "7")]);
    let mut templates = 0;
    for example in PAGE.split("```vtl\n").skip(1) {
        let (template, rest) = example.split_once("```\n\n```text\n").unwrap();
        let (expected, _) = rest.split_once("```").unwrap();
        assert_eq!(world.text(template), expected, "{template}");
        templates += 1;
    }
    assert_eq!(templates, 4);
}
