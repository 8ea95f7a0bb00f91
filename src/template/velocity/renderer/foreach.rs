//! `#foreach` and `#break`, and what a loop tells of itself: `$foreach.count`, `$foreach.hasNext`, `$foreach.parent`.

use std::{any::Any, cell::Cell, rc::Rc};

use super::{Flow, Renderer, scope::Scope};
use crate::template::velocity::{
    HostObject, MethodError, Value,
    render_error::Fault,
    tree::{Break, Foreach},
};

const STATE: &str = "foreach";
const COUNT: &str = "velocityCount";
const HAS_NEXT: &str = "velocityHasNext";

/// `$foreach`
#[derive(Debug)]
pub(super) struct LoopState {
    index: Cell<usize>,
    has_next: Cell<bool>,
    /// `$foreach` of the loop around it.
    parent: Option<Value>,
    /// The loops around it, which a template can make more of than there are: `#set($foreach = $kept)`.
    depth: usize,
}

impl LoopState {
    fn of(value: &Value) -> Option<Rc<Self>> {
        let Value::Host(host) = value else { return None };
        let host: Rc<dyn Any> = host.clone();
        host.downcast().ok()
    }

    fn topmost(&self) -> Option<Value> {
        let mut parent = self.parent.clone()?;
        while let Some(above) = Self::of(&parent).and_then(|state| state.parent.clone()) {
            parent = above;
        }
        Some(parent)
    }
}

impl HostObject for LoopState {
    fn property(&self, name: &str) -> Option<Value> {
        let index = self.index.get();
        let count = |number: usize| Value::integer(i64::try_from(number).unwrap_or(i64::MAX));
        match name {
            "index" => Some(count(index)),
            "count" => Some(count(index + 1)),
            "first" => Some(Value::Boolean(index == 0)),
            "last" => Some(Value::Boolean(!self.has_next.get())),
            "hasNext" => Some(Value::Boolean(self.has_next.get())),
            "parent" => self.parent.clone(),
            "topmost" => self.topmost(),
            _ => None,
        }
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value, MethodError> {
        let property = match (method, arguments) {
            ("hasNext", []) => "hasNext",
            ("getIndex", []) => "index",
            ("getCount", []) => "count",
            ("isFirst" | "getFirst", []) => "first",
            ("isLast" | "getLast", []) => "last",
            ("getParent", []) => "parent",
            ("getTopmost", []) => "topmost",
            _ => return Err(MethodError::Unknown),
        };
        Ok(self.property(property).unwrap_or(Value::Null))
    }
}

/// What a loop goes through. A list may change meanwhile.
enum Source {
    List(Value),
    Items(Vec<Value>),
}

impl Source {
    fn len(&self) -> usize {
        match self {
            Self::List(Value::List(list)) => list.borrow().len(),
            Self::List(_) => 0,
            Self::Items(items) => items.len(),
        }
    }

    fn get(&self, at: usize) -> Option<Value> {
        match self {
            Self::List(Value::List(list)) => list.borrow().get(at).cloned(),
            Self::List(_) => None,
            Self::Items(items) => items.get(at).cloned(),
        }
    }
}

impl Renderer<'_> {
    pub(super) fn foreach(&mut self, foreach: &Foreach, scope: &Scope<'_>) -> Result<Flow, Fault> {
        self.at = foreach.span.start;
        let source = match self.value(&foreach.source, scope)? {
            Value::Map(map) => {
                // One more than the turns, so that it is seen whether there are more.
                let most = self.meter.loop_turns().saturating_add(1);
                let items: Vec<Value> = map.borrow().values().take(most).cloned().collect();
                self.meter.steps(items.len())?;
                Source::Items(items)
            }
            list @ Value::List(_) => Source::List(list),
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Text(_) | Value::Host(_) => {
                Source::Items(Vec::new())
            }
        };
        if source.len() == 0 {
            self.trace(foreach.span, |_| "0 turns".to_owned());
            return Ok(Flow::Next);
        }
        let parent = Some(self.lookup(STATE, scope)?).filter(|state| LoopState::of(state).is_some());
        let depth = parent.as_ref().and_then(LoopState::of).map_or(0, |parent| parent.depth + 1);
        self.meter.depth_of(depth)?;
        let state = Rc::new(LoopState { index: Cell::new(0), has_next: Cell::new(true), parent, depth });
        let state_before = self.assign_here(STATE, Some(Value::Host(state.clone())), scope);
        let has_next_before = self.assign_here(HAS_NEXT, Some(Value::Null), scope);
        let count_before = self.assign_here(COUNT, Some(Value::Null), scope);
        let variable_before = self.assign_here(&foreach.variable, Some(Value::Null), scope);
        let flow = self.turns(foreach, &source, &state, scope)?;
        self.assign_here(&foreach.variable, variable_before, scope);
        self.assign_here(COUNT, count_before, scope);
        self.assign_here(HAS_NEXT, has_next_before, scope);
        self.assign_here(STATE, state_before, scope);
        Ok(flow)
    }

    fn turns(
        &mut self,
        foreach: &Foreach,
        source: &Source,
        state: &Rc<LoopState>,
        scope: &Scope<'_>,
    ) -> Result<Flow, Fault> {
        let mut turn = 0;
        let mut ended = Flow::Next;
        while let Some(item) = source.get(turn) {
            if turn == self.meter.loop_turns() {
                let place = self.template.place(foreach.span.start);
                self.variables.note_cut_loop(place);
                break;
            }
            self.meter.steps(1)?;
            state.index.set(turn);
            state.has_next.set(turn + 1 < source.len());
            turn += 1;
            let count = Value::integer(i64::try_from(turn).unwrap_or(i64::MAX));
            self.assign_here(COUNT, Some(count), scope);
            self.assign_here(HAS_NEXT, Some(Value::Boolean(turn < source.len())), scope);
            self.assign_here(&foreach.variable, Some(item), scope);
            match self.block(&foreach.body, scope)? {
                Flow::Next => {}
                Flow::Break(None) => break,
                Flow::Break(Some(target)) if Rc::ptr_eq(&target, state) => break,
                flow @ (Flow::Break(Some(_)) | Flow::Stop) => {
                    ended = flow;
                    break;
                }
            }
        }
        self.trace(foreach.span, |_| format!("{turn} {}", if turn == 1 { "turn" } else { "turns" }));
        Ok(ended)
    }

    pub(super) fn break_loop(
        &mut self,
        Break { scope: target }: &Break,
        scope: &Scope<'_>,
    ) -> Result<Flow, Fault> {
        let target = match target {
            Some(target) => LoopState::of(&self.value(target, scope)?),
            None => None,
        };
        Ok(Flow::Break(target))
    }
}
