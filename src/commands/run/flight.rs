//! A request in flight, for which the main loop waits beside everything else.

use std::future::{Future, pending};
use std::pin::Pin;

/// A request in flight, and what it will return.
pub(super) type Flight<T> = Pin<Box<dyn Future<Output = T>>>;

/// Waits for the request in flight, which is over then; without one, waits forever.
pub(super) async fn landed<T>(flight: &mut Option<Flight<T>>) -> T {
    let result = match flight {
        Some(flight) => flight.await,
        None => pending().await,
    };
    *flight = None;
    result
}
