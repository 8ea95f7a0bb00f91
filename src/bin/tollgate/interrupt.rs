//! Ctrl-C: what writes finishes what is under way first.

use std::{
    io,
    process::exit,
    sync::atomic::{AtomicBool, Ordering},
};

use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
};

use crate::notes::note;

/// What Ctrl-C does to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenInterrupted {
    /// It ends at once: it writes nothing, or whatever it leaves is whole.
    End,
    /// It finishes what is under way. A second Ctrl-C ends it at once.
    FinishFirst,
}

/// As a shell tells it of a program that SIGINT has ended.
const ENDED_BY_SIGINT: i32 = 130;

static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);
static IS_ASKING: AtomicBool = AtomicBool::new(false);

impl WhenInterrupted {
    /// From now on Ctrl-C does this.
    ///
    /// # Errors
    ///
    /// Signals cannot be caught.
    pub fn begin(self) -> io::Result<()> {
        match self {
            Self::End => Ok(()),
            Self::FinishFirst => {
                let runtime = Builder::new_current_thread().enable_all().build()?;
                let mut interrupt = {
                    let _entered = runtime.enter();
                    signal(SignalKind::interrupt())?
                };
                // A thread of its own: the command's may wait for somebody to type an answer.
                std::thread::spawn(move || {
                    runtime.block_on(async {
                        interrupt.recv().await;
                        if IS_ASKING.load(Ordering::Relaxed) {
                            exit(ENDED_BY_SIGINT);
                        }
                        IS_INTERRUPTED.store(true, Ordering::Relaxed);
                        note("tollgate: finishing what is under way; Ctrl-C again ends at once");
                        interrupt.recv().await;
                        exit(ENDED_BY_SIGINT)
                    })
                });
                Ok(())
            }
        }
    }
}

/// Says if somebody has pressed Ctrl-C: what writes item after item then begins no other one.
pub fn is_interrupted() -> bool {
    IS_INTERRUPTED.load(Ordering::Relaxed)
}

/// Asks a question: nothing is under way meanwhile, and Ctrl-C ends the command.
pub fn asking<T>(ask: impl FnOnce() -> T) -> T {
    IS_ASKING.store(true, Ordering::Relaxed);
    let answer = ask();
    IS_ASKING.store(false, Ordering::Relaxed);
    answer
}
