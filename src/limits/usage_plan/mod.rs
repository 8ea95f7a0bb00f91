//! The usage plan's step: what a plan allows its keys, and the permit of a request that all limits let pass.
//!
//! [`UsagePlan`] is what an operator wrote. [`LimitedRequest`] finds the rules of a request: of the key's plan, the
//! caller, the route and the stage. [`admit`] takes a unit of each from the counters, and is the only maker of a [`Permit`].

mod permit;
mod usage_plan_item;

pub use self::{
    permit::{
        LimitOwner, LimitedCaller, LimitedKey, LimitedRequest, NotAdmitted, Permit, admit, check_stopped,
    },
    usage_plan_item::{RouteThrottle, USAGE_PLAN_ID, UsagePlan},
};
