//! Posts in, assessments out.
pub mod feature;
pub mod model;
pub mod quantity;
pub mod reading;
