//! The answers of authorizers' functions that were given a moment ago: denials as well as allowances, never failures.
//!
//! They stand under the digest of what they were given for, in this instance's memory only.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use quick_cache::{OptionsBuilder, Weighter, sync::Cache};

use super::{answer::FunctionAnswer, answer_key::AnswerKey, shared_calls::SharedCalls};

/// An instance's last answers, up to a number of bytes. `E` is a call's failure.
#[derive(Debug)]
pub struct FunctionAnswers<E> {
    kept: Cache<AnswerKey, KeptAnswer, ByBytes>,
    calls: SharedCalls<AnswerKey, Called<E>>,
}

/// The outcome of a call.
type Called<E> = Result<Arc<FunctionAnswer>, Arc<E>>;

#[derive(Clone, Debug)]
struct KeptAnswer {
    answer: Arc<FunctionAnswer>,
    answered_at: SystemTime,
    good_until: SystemTime,
}

#[derive(Clone, Debug)]
struct ByBytes;

/// About a thousand answers with a policy and a small context.
const BYTES: u64 = 4 << 20;
const USUAL_BYTES: u64 = 4 << 10;

impl Weighter<AnswerKey, KeptAnswer> for ByBytes {
    fn weight(&self, _: &AnswerKey, kept: &KeptAnswer) -> u64 {
        const OF_AN_ENTRY: usize = 200;
        (OF_AN_ENTRY + kept.answer.bytes()) as u64
    }
}

impl<E> Default for FunctionAnswers<E> {
    fn default() -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity((BYTES / USUAL_BYTES) as usize)
            .weight_capacity(BYTES)
            .shards(1)
            .build()
            .expect("all that is needed is given");
        let kept = Cache::with_options(options, ByBytes, Default::default(), Default::default());
        Self { kept, calls: SharedCalls::default() }
    }
}

impl<E> FunctionAnswers<E> {
    /// The answer that is kept, or that of `call`, which is kept for `ttl`. Of all who miss it at the same time one calls,
    /// and the others wait for that one: as long as its call takes.
    ///
    /// # Errors
    ///
    /// The failure of the call, which all who waited for it share.
    pub async fn get_or_call(
        &self,
        key: AnswerKey,
        ttl: Duration,
        now: SystemTime,
        call: impl Future<Output = Result<FunctionAnswer, E>>,
    ) -> Called<E> {
        if let Some(answer) = self.get(&key, now) {
            return Ok(answer);
        }
        let call = async {
            // Another's call may have ended since.
            if let Some(answer) = self.get(&key, now) {
                return Ok(answer);
            }
            let called = call.await.map(Arc::new).map_err(Arc::new);
            if let Ok(answer) = &called {
                self.keep(key, Arc::clone(answer), ttl, now);
            }
            called
        };
        self.calls.share(key, call).await
    }

    fn get(&self, key: &AnswerKey, now: SystemTime) -> Option<Arc<FunctionAnswer>> {
        let KeptAnswer { answer, answered_at, good_until } = self.kept.get(key)?;
        // A clock that was set back proves nothing.
        (answered_at <= now && now < good_until).then_some(answer)
    }

    fn keep(&self, key: AnswerKey, answer: Arc<FunctionAnswer>, ttl: Duration, now: SystemTime) {
        self.kept.insert(key, KeptAnswer { answer, answered_at: now, good_until: now + ttl });
    }

    #[cfg(test)]
    pub(super) fn weight(&self) -> u64 {
        self.kept.weight()
    }

    #[cfg(test)]
    pub(super) fn calls_under_way(&self) -> usize {
        self.calls.under_way()
    }
}
