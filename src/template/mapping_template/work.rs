//! The work that tools may do in one rendering. The language counts its own steps, but not theirs.

use std::cell::Cell;

use crate::template::{json_path::Steps, velocity::MethodError};

/// The work that is left.
#[derive(Debug)]
pub(super) struct Work {
    /// Bytes of texts to be read or written.
    bytes: Cell<usize>,
    pub steps: Steps,
}

const MOST_BYTES: usize = 64 * 1024 * 1024;

impl Work {
    /// # Errors
    ///
    /// Less is left.
    pub fn take(&self, bytes: usize) -> Result<(), MethodError> {
        let left = self.bytes.get().checked_sub(bytes);
        let left = left.ok_or_else(|| {
            MethodError::Failed("more than 64 MB of text for all tools together".to_owned())
        })?;
        self.bytes.set(left);
        Ok(())
    }
}

impl Default for Work {
    fn default() -> Self {
        Self { bytes: Cell::new(MOST_BYTES), steps: Steps::default() }
    }
}
