//! trunkrisk: if the flat-rate primary SIP trunk fails, can the pay-per-minute secondary carry the floor, what will it
//! cost, and may it be switched on?

pub mod assessment;
pub mod input;
pub mod model;
pub mod outage;
pub mod policy;
pub mod rating;
pub mod render;
pub mod routing;
pub mod shell;
pub mod traffic;
pub mod words;
