//! The written corpus, metrics, the fit of the shipped model, benchmarks.
//!
//! Start reading at [`corpus::parse`] (what the model learns from) and [`gold`] (what an answer is held against).

pub mod bench;
pub mod chance;
pub mod corpus;
pub mod disguise;
pub mod fit;
pub mod gold;
pub mod metrics;
pub mod report;
