//! Doors of a test's own: clock, randomness and processes of a simulation, for one thread.
//!
//! While a thread has them, work for the CPU pool is done in place, so that one thread and one seed
//! decide everything.

use std::cell::RefCell;
use std::sync::Arc;

use coffer_core::format::records::Owner;
use jiff::Timestamp;

/// What a simulation answers instead of the operating system.
pub trait Doors: Send + Sync {
    /// Fills `bytes`.
    fn random(&self, bytes: &mut [u8]);
    /// The time now.
    fn now(&self) -> Timestamp;
    /// The process that runs now.
    fn owner(&self) -> Owner;
    /// When a process of the present host started; none where it is gone.
    fn process_start(&self, pid: u32) -> Option<u64>;
}

thread_local! {
    static DOORS: RefCell<Option<Arc<dyn Doors>>> = const { RefCell::new(None) };
}

/// Gives this thread its doors until what is returned is dropped.
pub fn install(doors: Arc<dyn Doors>) -> Installed {
    DOORS.set(Some(doors));
    Installed(std::marker::PhantomData)
}

/// Takes the thread's doors away when it is dropped.
pub struct Installed(std::marker::PhantomData<*const ()>);

impl Drop for Installed {
    fn drop(&mut self) {
        DOORS.set(None);
    }
}

/// True on a thread with doors of its own.
pub(crate) fn simulated() -> bool {
    DOORS.with_borrow(Option::is_some)
}

/// Asks the thread's doors, where it has some.
pub(crate) fn with<T>(ask: impl FnOnce(&dyn Doors) -> T) -> Option<T> {
    DOORS.with_borrow(|doors| doors.as_deref().map(ask))
}
