//! Posts in, assessments out.
pub mod feature;
pub mod quantity;
pub mod reading;
