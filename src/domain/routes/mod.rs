//! Routes: which channel of Slack a message or a day's table goes to, and whom it mentions. Uses `base`, `alerts`, `expect`
//! and `state`.

mod outbox;
mod refusing;
mod route;
mod rows;
mod scatter;
mod tables;

pub use refusing::{Refusing, Way};
pub use route::{Destination, Route, Routes, Target, Whose};
