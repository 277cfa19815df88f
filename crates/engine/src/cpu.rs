//! The one pool for work that keeps a processor busy: hashing, compression, sealing.

/// Runs `work` on the pool and waits for it without holding up the runtime.
///
/// Dropping the future does not stop work that has begun; its result is thrown away.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    // A simulation has one thread: which worker is done first is nobody's choice there.
    #[cfg(feature = "testkit")]
    if crate::testkit::doors::simulated() {
        return work();
    }
    let (sender, receiver) = tokio::sync::oneshot::channel();
    rayon::spawn(move || {
        // The receiver is gone when the caller was cancelled.
        let _ = sender.send(work());
    });
    receiver
        .await
        .expect("the pool's workers do not panic silently: rayon aborts")
}

/// Number of workers.
pub fn workers() -> usize {
    rayon::current_num_threads()
}
