//! Calls of macros. What is no macro is a text.

use std::cell::RefCell;

use super::{
    Flow, Renderer,
    scope::{MacroScope, Scope},
};
use crate::template::velocity::{
    render_error::{Bound, Fault},
    tree::Call,
};

/// Macros that call one another: Velocity's `velocimacro.max.depth`.
const MOST_MACRO_CALLS: usize = 20;

impl Renderer<'_> {
    pub(super) fn call_macro(&mut self, call: &Call, scope: &Scope<'_>) -> Result<Flow, Fault> {
        self.at = call.span.start;
        let template = self.template;
        let Some(called) = template.macros().get(&call.name) else {
            self.push(&call.literal)?;
            return Ok(Flow::Next);
        };
        if self.macro_calls == MOST_MACRO_CALLS {
            return Err(Fault::Bound { bound: Bound::Depth, most: MOST_MACRO_CALLS });
        }
        self.macro_calls += 1;
        let inner = Scope::Macro(MacroScope { called, call, caller: scope, locals: RefCell::default() });
        let flow = self.block(&called.body, &inner)?;
        self.macro_calls -= 1;
        Ok(match flow {
            Flow::Next | Flow::Break(None) => Flow::Next,
            flow @ (Flow::Break(Some(_)) | Flow::Stop) => flow,
        })
    }
}
