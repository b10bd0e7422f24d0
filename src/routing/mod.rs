//! Routing: what FreePBX does with a carrier's answer, and how long an outage stays unnoticed.

pub mod decision;
pub mod outage;
pub mod table;
