//! Posts in, assessments out.
pub mod quantity;
