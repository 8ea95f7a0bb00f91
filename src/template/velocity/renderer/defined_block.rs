//! The value of `#define`: a block that is rendered anew wherever it is printed.

use std::{any::Any, rc::Rc, sync::Arc};

use crate::template::velocity::{HostObject, MethodError, Value, tree::Block};

#[derive(Debug)]
pub(super) struct DefinedBlock {
    pub body: Arc<Block>,
}

impl DefinedBlock {
    pub(super) fn of(host: &Rc<dyn HostObject>) -> Option<&Self> {
        let host: &dyn Any = &**host;
        host.downcast_ref()
    }
}

impl HostObject for DefinedBlock {
    fn property(&self, _: &str) -> Option<Value> {
        None
    }

    fn call(&self, _: &str, _: &[Value]) -> Result<Value, MethodError> {
        Err(MethodError::Unknown)
    }
}
