//! A compiled template.

use super::{
    Bounds, Place, RenderError, SyntaxError, Tracer, Variables,
    parser::{self, Macros, Parsed},
    place::Lines,
    renderer::Renderer,
    tree::Block,
};

/// A template, compiled once; renderings on any thread share it.
#[derive(Debug)]
pub struct Template {
    source: Box<str>,
    lines: Lines,
    block: Block,
    macros: Macros,
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    ///
    /// The first place where it cannot be read, and what should stand there.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let Parsed { block, macros } = parser::parse(text)?;
        Ok(Self { source: text.into(), lines: Lines::of(text), block, macros })
    }

    /// Renders the template with variables, which it may set and change.
    ///
    /// # Errors
    ///
    /// It passed a bound, or a method failed.
    pub fn render(&self, variables: &mut Variables, bounds: &Bounds) -> Result<String, RenderError> {
        Renderer::new(self, variables, bounds, None).render()
    }

    /// The same, and tells every step.
    ///
    /// # Errors
    ///
    /// As [`Template::render`].
    pub fn render_traced(
        &self,
        variables: &mut Variables,
        bounds: &Bounds,
        tracer: &mut dyn Tracer,
    ) -> Result<String, RenderError> {
        Renderer::new(self, variables, bounds, Some(tracer)).render()
    }

    /// The template as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn block(&self) -> &Block {
        &self.block
    }

    pub(super) fn macros(&self) -> &Macros {
        &self.macros
    }

    pub(super) fn place(&self, byte: usize) -> Place {
        self.lines.place(&self.source, byte)
    }
}
