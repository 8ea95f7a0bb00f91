//! The answers of the last minute, counted in slots of ten seconds.

use std::ops::AddAssign;

use http::StatusCode;

/// The number of answers, and of those among them that tell of a fault: 5xx.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerCounts {
    pub answers: u64,
    pub errors: u64,
}

/// Ten seconds, counted from 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(pub u64);

/// The counts of the last six slots; what is older is forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecentAnswers([(Slot, AnswerCounts); Slot::IN_A_MINUTE as usize]);

pub const SLOT_SECONDS: u64 = 10;

impl Slot {
    pub const IN_A_MINUTE: u64 = 60 / SLOT_SECONDS;

    /// The slot of a time in milliseconds since 1970.
    pub fn at(now_ms: u64) -> Self {
        Self(now_ms / 1_000 / SLOT_SECONDS)
    }

    /// The minute that it is in, counted from 1970.
    pub fn minute(self) -> u64 {
        self.0 / Self::IN_A_MINUTE
    }

    /// Its place in the minute, from 0 on.
    pub fn place(self) -> usize {
        usize::try_from(self.0 % Self::IN_A_MINUTE).expect("a minute has few slots")
    }

    /// Says if it is one of the last six, of which `now` is the last.
    pub fn is_recent(self, now: Self) -> bool {
        now.0.checked_sub(self.0).is_some_and(|age| age < Self::IN_A_MINUTE)
    }
}

impl AnswerCounts {
    /// One answer.
    pub fn of(status: StatusCode) -> Self {
        Self { answers: 1, errors: u64::from(status.is_server_error()) }
    }
}

impl AddAssign for AnswerCounts {
    fn add_assign(&mut self, other: Self) {
        self.answers += other.answers;
        self.errors += other.errors;
    }
}

impl RecentAnswers {
    /// Counts answers in a slot.
    pub fn add(&mut self, slot: Slot, counts: AnswerCounts) {
        let (at, there) = &mut self.0[slot.place()];
        if *at != slot {
            (*at, *there) = (slot, AnswerCounts::default());
        }
        *there += counts;
    }

    /// The sum of the last six slots, of which `now` is the last.
    pub fn sum(&self, now: Slot) -> AnswerCounts {
        let mut sum = AnswerCounts::default();
        self.0.iter().filter(|(slot, _)| slot.is_recent(now)).for_each(|(_, counts)| sum += *counts);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_count_for_a_minute_whatever_the_clock_does() {
        let mut recent = RecentAnswers::default();
        let slot = |seconds: u64| Slot::at(seconds * 1_000);
        let counts = |answers, errors| AnswerCounts { answers, errors };
        for (second, status, expected) in [
            (600, StatusCode::OK, counts(1, 0)),
            (609, StatusCode::BAD_GATEWAY, counts(2, 1)),
            (650, StatusCode::NOT_FOUND, counts(3, 1)),
            (660, StatusCode::SERVICE_UNAVAILABLE, counts(2, 1)),
            // Set back: what comes later is not counted.
            (655, StatusCode::OK, counts(2, 0)),
            (9_999, StatusCode::OK, counts(1, 0)),
        ] {
            recent.add(slot(second), AnswerCounts::of(status));
            assert_eq!(recent.sum(slot(second)), expected, "{second}");
        }
        assert_eq!(recent.sum(slot(10_050)), counts(0, 0));
    }
}
