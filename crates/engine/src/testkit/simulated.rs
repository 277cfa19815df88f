//! A world for simulations: processes on hosts, a clock, and one object store between them, all
//! driven by one seed.
//!
//! The world lives on one thread, on a runtime whose time is paused: each request to the store
//! takes a time that the seed draws, and so the seed decides in which order requests of parties that
//! run beside each other take effect. What a store may do by its contract (`docs/format.md`, "Objects")
//! it does here:
//!
//! - a request fails without effect, or takes effect and its answer is lost;
//! - all requests fail for a while, as a store does that asks to slow down (429, 503);
//! - requests are late, a few of them by many seconds;
//! - a list shows what is there at its begin and at its end, and of what came or went meanwhile
//!   any part;
//! - the requests of a process that is killed take effect at once, later or never;
//! - on request, what a store with atomic writes does not: a write leaves a part of the object.
//!
//! Clocks of processes differ and jump. Nothing may depend on them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::format::records::Owner;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result,
};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::doors::Doors;

/// xorshift64*: enough for tests, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A sequence of its own for each seed.
    pub fn new(seed: u64) -> Rng {
        // Neighbouring seeds shall not begin alike (the finaliser of SplitMix64).
        let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Rng((x ^ (x >> 31)) | 1)
    }

    /// The next number.
    #[expect(clippy::should_implement_trait, reason = "it never ends")]
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`, which is above zero.
    pub fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    /// True in `of_10_000` of 10,000 cases.
    pub fn hits(&mut self, of_10_000: u64) -> bool {
        of_10_000 > 0 && self.below(10_000) < of_10_000
    }
}

/// What goes wrong how often, in requests of 10,000.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// The request fails and did nothing.
    pub error: u64,
    /// A write or removal took effect, but its answer is lost.
    pub lost_answer: u64,
    /// A write left a part of the object under its name, and fails.
    pub torn: u64,
    /// A time begins in which most requests fail.
    pub throttle: u64,
    /// The request is late by seconds.
    pub late: u64,
    /// The clock jumps, either way, by up to a day.
    pub clock: u64,
    /// False: requests take no time, so that nothing runs beside anything.
    pub slow: bool,
}

/// A process of the world. A process that is started again is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Process {
    /// The machine it runs on.
    pub host: u8,
    /// How often that machine was started.
    pub boot: u32,
    /// Its number, the world's over.
    pub pid: u32,
}

/// Longest trace that is kept, in requests.
const TRACE_MAX: usize = 20_000;

/// The world. Cheap to clone.
#[derive(Clone)]
pub struct World(Arc<Mutex<State>>);

struct State {
    objects: BTreeMap<String, Bytes>,
    faults: Faults,
    rng: Rng,
    began: Instant,
    throttled_until: Duration,
    clock: SignedDuration,
    living: BTreeSet<Process>,
    started: u32,
    current: Process,
    requests: u64,
    /// The request after which a process dies, and who is told.
    deaths: BTreeMap<Process, (u64, Arc<Notify>)>,
    trace_hash: u64,
    trace: Option<Vec<String>>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

/// What becomes of a request.
struct Plan {
    before: Duration,
    after: Duration,
    fault: Fault,
    /// The process is killed before the request leaves it.
    dies: Option<Arc<Notify>>,
    /// The process is killed while it waits for the answer.
    dies_waiting: Option<Arc<Notify>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Error,
    LostAnswer,
    Torn,
}

/// A change of the store.
#[derive(Debug, Clone)]
enum Effect {
    Put { name: String, bytes: Bytes },
    Delete { name: String },
}

impl World {
    /// A world with an empty store. `keep_trace` keeps what happened as text.
    pub fn new(seed: u64, faults: Faults, keep_trace: bool) -> World {
        World::holding(BTreeMap::new(), seed, faults, keep_trace)
    }

    /// A world in which nothing goes wrong and nothing takes time, and whose store holds `objects`.
    pub fn quiet(objects: BTreeMap<String, Bytes>) -> World {
        World::holding(objects, 0, Faults::default(), false)
    }

    /// A world whose store holds `objects`.
    pub fn holding(
        objects: BTreeMap<String, Bytes>,
        seed: u64,
        faults: Faults,
        keep_trace: bool,
    ) -> World {
        let nobody = Process {
            host: 0,
            boot: 0,
            pid: 0,
        };
        World(Arc::new(Mutex::new(State {
            objects,
            faults,
            rng: Rng::new(seed),
            began: Instant::now(),
            throttled_until: Duration::ZERO,
            clock: SignedDuration::ZERO,
            living: BTreeSet::new(),
            started: 0,
            current: nobody,
            requests: 0,
            deaths: BTreeMap::new(),
            trace_hash: 0,
            trace: keep_trace.then(Vec::new),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nobody panics while holding it; where a test does, its own message counts.
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// What the store holds at this moment.
    pub fn objects(&self) -> BTreeMap<String, Bytes> {
        self.state().objects.clone()
    }

    /// True while a process lives.
    pub fn lives(&self, process: Process) -> bool {
        self.state().living.contains(&process)
    }

    /// Puts an object into the store, past all requests.
    pub fn place(&self, name: String, bytes: Bytes) {
        self.state().objects.insert(name, bytes);
    }

    /// Nothing goes wrong from now on, but requests still take time.
    pub fn heal(&self) {
        let mut state = self.state();
        state.faults = Faults {
            slow: state.faults.slow,
            ..Faults::default()
        };
        state.throttled_until = Duration::ZERO;
        state.deaths.clear();
    }

    /// Starts a process on a host; with `reboot`, the host has been started anew, and its other
    /// processes are gone.
    pub fn start(&self, host: u8, reboot: bool) -> Process {
        let mut state = self.state();
        state.started += 1;
        let boots = state.living.iter().filter(|p| p.host == host);
        let boot = boots.map(|p| p.boot).max().unwrap_or(state.started);
        let boot = match reboot {
            true => state.started,
            false => boot,
        };
        if reboot {
            state.living.retain(|p| p.host != host);
        }
        let process = Process {
            host,
            boot,
            pid: state.started,
        };
        state.living.insert(process);
        process
    }

    /// Has a process killed at its `requests`th request from now; who waits for what is returned
    /// then ends its tasks and says so by [`World::end`].
    pub fn doom(&self, process: Process, requests: u64) -> Arc<Notify> {
        let told = Arc::new(Notify::new());
        self.state()
            .deaths
            .insert(process, (requests, told.clone()));
        told
    }

    /// Says that a process is gone.
    pub fn end(&self, process: Process) {
        let mut state = self.state();
        state.living.remove(&process);
        state.deaths.remove(&process);
        state.note(process, "ends", "", "");
    }

    /// The world's store as `process` reaches it.
    pub fn store(&self, process: Process) -> Arc<SimulatedStore> {
        Arc::new(SimulatedStore {
            world: self.clone(),
            process,
        })
    }

    /// Polls `work` as `process`: the doors answer for that one meanwhile.
    pub fn run_as<F: Future>(
        &self,
        process: Process,
        work: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        RunAs {
            world: self.clone(),
            process,
            work: Box::pin(work),
        }
    }

    /// Number of requests so far, and what tells two runs apart that did not go alike.
    pub fn fingerprint(&self) -> (u64, u64) {
        let state = self.state();
        (state.requests, state.trace_hash)
    }

    /// Adds a line to the trace.
    pub fn note(&self, process: Process, what: &str, of: &str) {
        self.state().note(process, what, of, "");
    }

    /// The last `count` lines of the trace, where it is kept.
    pub fn trace(&self, count: usize) -> String {
        let state = self.state();
        let lines = state.trace.as_deref().unwrap_or_default();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }
}

impl State {
    fn note(&mut self, process: Process, what: &str, name: &str, outcome: &str) {
        let at = self.began.elapsed();
        let mut hash = self.trace_hash ^ at.as_millis() as u64 ^ u64::from(process.pid) << 40;
        for byte in what.bytes().chain(name.bytes()).chain(outcome.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self.trace_hash = hash.rotate_left(5);
        if let Some(trace) = &mut self.trace
            && trace.len() < TRACE_MAX
        {
            let at = at.as_millis();
            let Process { host, pid, .. } = process;
            trace.push(format!(
                "{at:>8} ms  h{host} p{pid}  {what} {name} {outcome}"
            ));
        }
    }

    fn plan(&mut self, process: Process, writes: bool) -> Plan {
        self.requests += 1;
        let mut plan = Plan {
            before: Duration::ZERO,
            after: Duration::ZERO,
            fault: Fault::None,
            dies: None,
            dies_waiting: None,
        };
        let faults = self.faults;
        if !faults.slow {
            return plan;
        }
        if let Some((left, told)) = self.deaths.get_mut(&process) {
            *left = left.saturating_sub(1);
            if *left == 0 {
                let told = told.clone();
                match self.rng.below(2) {
                    0 => plan.dies = Some(told),
                    _ => plan.dies_waiting = Some(told),
                }
            }
        }
        let before = match self.rng.below(100) {
            0..=59 => self.rng.below(4),
            60..=93 => self.rng.below(40),
            _ => self.rng.below(700),
        };
        plan.before = Duration::from_millis(before);
        plan.after = Duration::from_millis(self.rng.below(4));
        if self.rng.hits(faults.late) {
            plan.before += Duration::from_millis(self.rng.below(20_000));
        }
        if self.rng.hits(faults.clock) {
            let minutes = self.rng.below(2 * 24 * 60) as i64 - 24 * 60;
            self.clock = SignedDuration::from_mins(minutes);
        }
        let at = self.began.elapsed();
        if self.rng.hits(faults.throttle) {
            self.throttled_until = at + Duration::from_millis(200 + self.rng.below(4000));
        }
        let throttled = at < self.throttled_until && self.rng.below(10) < 7;
        if throttled || self.rng.hits(faults.error) {
            plan.fault = Fault::Error;
        } else if writes && self.rng.hits(faults.lost_answer) {
            plan.fault = Fault::LostAnswer;
        } else if writes && self.rng.hits(faults.torn) {
            plan.fault = Fault::Torn;
        }
        plan
    }

    /// Carries a change out.
    fn land(&mut self, process: Process, effect: Effect) -> Result<()> {
        match effect {
            Effect::Put { name, bytes } => {
                if self.objects.contains_key(&name) {
                    self.note(process, "put", &name, "exists");
                    let source = "it is there".into();
                    return Err(Error::AlreadyExists { path: name, source });
                }
                self.note(process, "put", &name, "");
                self.objects.insert(name, bytes);
                Ok(())
            }
            Effect::Delete { name } => {
                self.note(process, "delete", &name, "");
                match self.objects.remove(&name) {
                    Some(_) => Ok(()),
                    None => Err(not_found(&name)),
                }
            }
        }
    }
}

impl Doors for World {
    fn random(&self, bytes: &mut [u8]) {
        let mut state = self.state();
        for part in bytes.chunks_mut(8) {
            let word = state.rng.next().to_le_bytes();
            part.copy_from_slice(&word[..part.len()]);
        }
    }

    fn now(&self) -> Timestamp {
        let state = self.state();
        let base = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000);
        let runs = SignedDuration::try_from(state.began.elapsed()).unwrap_or_default();
        base + runs + state.clock
    }

    fn owner(&self) -> Owner {
        let Process { host, boot, pid } = self.state().current;
        Owner {
            host: format!("host-{host}"),
            machine: format!("machine-{host}"),
            pid_namespace: 1,
            boot_id: format!("boot-{host}-{boot}"),
            pid,
            pid_start: u64::from(pid),
        }
    }

    fn process_start(&self, pid: u32) -> Option<u64> {
        let state = self.state();
        let lives = state.living.iter().any(|process| process.pid == pid);
        lives.then_some(u64::from(pid))
    }
}

struct RunAs<F> {
    world: World,
    process: Process,
    work: Pin<Box<F>>,
}

impl<F: Future> Future for RunAs<F> {
    type Output = F::Output;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let process = self.process;
        let before = std::mem::replace(&mut self.world.state().current, process);
        let done = self.work.as_mut().poll(context);
        self.world.state().current = before;
        done
    }
}

/// The store, as one process reaches it.
#[derive(Debug)]
pub struct SimulatedStore {
    world: World,
    process: Process,
}

impl fmt::Display for SimulatedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SimulatedStore")
    }
}

/// A change that is on its way. Where its sender is gone before it arrived, it arrives at once,
/// later, or never.
struct InFlight {
    world: World,
    process: Process,
    effect: Option<Effect>,
}

impl InFlight {
    fn land(&mut self) -> Result<()> {
        let effect = self.effect.take().expect("it lands once");
        self.world.state().land(self.process, effect)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let Some(effect) = self.effect.take() else {
            return;
        };
        let (world, process) = (self.world.clone(), self.process);
        let (fate, late) = {
            let mut state = world.state();
            (state.rng.below(4), state.rng.below(9000))
        };
        // What comes of it is told to nobody.
        match (fate, tokio::runtime::Handle::try_current()) {
            (0, _) => {
                let _ = world.state().land(process, effect);
            }
            (1, Ok(runtime)) => drop(runtime.spawn(async move {
                sleep(Duration::from_millis(late)).await;
                let _ = world.state().land(process, effect);
            })),
            _ => {}
        }
    }
}

async fn pass(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

/// The process is killed here: whoever waits for that drops the future.
async fn die(told: &Notify) {
    told.notify_one();
    std::future::pending().await
}

fn failed(what: &str) -> Error {
    let source = std::io::Error::other(format!("injected fault: {what}")).into();
    Error::Generic {
        store: "simulated",
        source,
    }
}

fn not_found(name: &str) -> Error {
    Error::NotFound {
        path: name.to_owned(),
        source: "it is not there".into(),
    }
}

fn meta(location: Path, size: usize) -> ObjectMeta {
    ObjectMeta {
        location,
        last_modified: Default::default(),
        size: size as u64,
        e_tag: None,
        version: None,
    }
}

impl SimulatedStore {
    async fn change(&self, effect: Effect) -> Result<()> {
        let plan = self.world.state().plan(self.process, true);
        if let Some(told) = &plan.dies {
            die(told).await;
        }
        let mut flight = InFlight {
            world: self.world.clone(),
            process: self.process,
            effect: Some(effect),
        };
        if let Some(told) = &plan.dies_waiting {
            die(told).await;
        }
        pass(plan.before).await;
        let landed = match plan.fault {
            Fault::None | Fault::LostAnswer => flight.land(),
            Fault::Error => {
                flight.effect = None;
                Err(failed("error"))
            }
            Fault::Torn => {
                if let Some(Effect::Put { bytes, .. }) = &mut flight.effect {
                    bytes.truncate(bytes.len() / 2);
                }
                flight.land().and(Err(failed("torn")))
            }
        };
        pass(plan.after).await;
        match plan.fault {
            Fault::LostAnswer => Err(failed("lost answer")),
            _ => landed,
        }
    }

    async fn look<T>(&self, what: &str, name: &str, find: impl Fn(&State) -> T) -> Result<T> {
        let plan = self.world.state().plan(self.process, false);
        if let Some(told) = plan.dies.as_ref().or(plan.dies_waiting.as_ref()) {
            die(told).await;
        }
        pass(plan.before).await;
        let found = {
            let mut state = self.world.state();
            let text = match plan.fault {
                Fault::None => "",
                _ => "fails",
            };
            state.note(self.process, what, name, text);
            find(&state)
        };
        pass(plan.after).await;
        match plan.fault {
            Fault::None => Ok(found),
            _ => Err(failed("error")),
        }
    }

    async fn names(self, folder: String) -> Result<Vec<ObjectMeta>> {
        let within = |state: &State| -> BTreeMap<String, usize> {
            let all = state.objects.range(folder.clone()..);
            let all = all.take_while(|(name, _)| name.starts_with(&folder));
            all.map(|(name, bytes)| (name.clone(), bytes.len()))
                .collect()
        };
        let mut found = self.look("list", &folder, &within).await?;
        // Half of the lists take their time.
        let wait = {
            let mut state = self.world.state();
            match state.faults.slow && state.rng.below(2) == 0 {
                true => state.rng.below(30),
                false => 0,
            }
        };
        if wait > 0 {
            pass(Duration::from_millis(wait)).await;
            let mut state = self.world.state();
            let now = within(&state);
            found.retain(|name, _| now.contains_key(name) || state.rng.below(2) == 0);
            for (name, size) in now {
                if !found.contains_key(&name) && state.rng.below(2) == 0 {
                    found.insert(name, size);
                }
            }
        }
        Ok(found
            .into_iter()
            .map(|(name, size)| meta(Path::from(name), size))
            .collect())
    }
}

#[async_trait]
impl ObjectStore for SimulatedStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        assert!(
            matches!(options.mode, PutMode::Create),
            "nothing is overwritten"
        );
        let name = location.to_string();
        let bytes = payload.into();
        self.change(Effect::Put { name, bytes }).await?;
        Ok(PutResult {
            e_tag: None,
            version: None,
            extensions: Default::default(),
        })
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Err(failed("there are no multipart uploads here"))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let name = location.as_ref();
        let found = self.look("get", name, |state| state.objects.get(name).cloned());
        let Some(bytes) = found.await? else {
            return Err(not_found(name));
        };
        let len = bytes.len() as u64;
        let range = match options.range {
            None => 0..len,
            Some(GetRange::Bounded(range)) => range.start..range.end.min(len),
            Some(GetRange::Offset(from)) => from..len,
            Some(GetRange::Suffix(count)) => len.saturating_sub(count)..len,
        };
        if range.start > range.end || range.start == len && len > 0 {
            return Err(failed("the range lies behind the end"));
        }
        let part = bytes.slice(range.start as usize..range.end as usize);
        let part = futures::stream::once(std::future::ready(Ok(part))).boxed();
        Ok(GetResult {
            payload: GetResultPayload::Stream(part),
            meta: meta(location.clone(), bytes.len()),
            range,
            attributes: Default::default(),
            extensions: Default::default(),
        })
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = SimulatedStore {
            world: self.world.clone(),
            process: self.process,
        };
        let store = Arc::new(store);
        locations
            .and_then(move |location| {
                let store = store.clone();
                async move {
                    let name = location.to_string();
                    store.change(Effect::Delete { name }).await?;
                    Ok(location)
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let store = SimulatedStore {
            world: self.world.clone(),
            process: self.process,
        };
        let folder = prefix.map_or("", Path::as_ref).to_owned();
        let folder = match folder.is_empty() {
            true => folder,
            false => format!("{folder}/"),
        };
        futures::stream::once(store.names(folder))
            .map_ok(|found| futures::stream::iter(found.into_iter().map(Ok)))
            .try_flatten()
            .boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        Err(failed("there are no folders here"))
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(failed("nothing is copied here"))
    }
}
