//! Ctrl-C: what writes finishes what is under way first.

use std::{
    process::exit,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};

use crate::notes::note;

/// What Ctrl-C does to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenInterrupted {
    /// It ends at once: it has written nothing.
    End,
    /// It finishes what is under way. A second Ctrl-C ends it at once.
    FinishFirst,
}

/// As a shell tells it of a program that SIGINT has ended.
const ENDED_BY_SIGINT: i32 = 130;

static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Says if somebody has pressed Ctrl-C: what writes item after item then begins no other one.
pub fn is_interrupted() -> bool {
    IS_INTERRUPTED.load(Ordering::Relaxed)
}

/// Does `work`, and what is to be done on Ctrl-C meanwhile.
///
/// # Errors
///
/// Those of the work, or signals cannot be caught.
pub async fn guarded<T>(
    when_interrupted: WhenInterrupted,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    if when_interrupted == WhenInterrupted::End {
        return work.await;
    }
    let mut interrupt = signal(SignalKind::interrupt())?;
    let watch = async {
        interrupt.recv().await;
        IS_INTERRUPTED.store(true, Ordering::Relaxed);
        note("tollgate: finishing what is under way; Ctrl-C again ends at once");
        interrupt.recv().await;
        exit(ENDED_BY_SIGINT)
    };
    tokio::select! {
        biased;
        result = work => result,
        never = watch => never,
    }
}
