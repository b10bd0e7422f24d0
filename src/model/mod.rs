//! What a plan says, valid by construction and free of any file format.

pub mod campaign;
pub mod cause;
pub mod incident;
pub mod law;
pub mod lock;
pub mod pbx;
pub mod place;
pub mod plan;
pub mod policy;
pub mod rates;
pub mod rows;
pub mod trunk;
pub mod vary;
