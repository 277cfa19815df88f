//! The part of libvirt's C interface that is used, loaded at run time (decision H7).
//!
//! Everything here blocks: call it from `spawn_blocking`. Errors are thread-local in libvirt, so
//! each wrapper takes them in the thread of the call. Handles are counted by libvirt and safe to
//! use from several threads at once (libvirt: "Thread safety" in its API concepts).

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulong, c_ulonglong, c_void};
use std::ptr;
use std::sync::{Arc, OnceLock};

/// Numbers of `virErrorNumber` that are treated on their own.
pub(super) mod code {
    pub const OPERATION_FAILED: i32 = 9;
    pub const SYSTEM_ERROR: i32 = 38;
    pub const RPC: i32 = 39;
    pub const NO_DOMAIN: i32 = 42;
    pub const AUTH_FAILED: i32 = 45;
    pub const NO_STORAGE_VOLUME: i32 = 50;
    pub const OPERATION_INVALID: i32 = 55;
    pub const CONFIG_UNSUPPORTED: i32 = 67;
    pub const OPERATION_TIMEOUT: i32 = 68;
    pub const AGENT_UNRESPONSIVE: i32 = 86;
    pub const ACCESS_DENIED: i32 = 88;
    pub const AGENT_UNSYNCED: i32 = 97;
    pub const NO_DOMAIN_CHECKPOINT: i32 = 103;
    pub const NO_DOMAIN_BACKUP: i32 = 104;
    pub const CHECKPOINT_INCONSISTENT: i32 = 109;
}

/// Numbers of `virDomainState`.
pub(super) mod state {
    pub const RUNNING: i32 = 1;
    pub const BLOCKED: i32 = 2;
    pub const PAUSED: i32 = 3;
    pub const SHUTDOWN: i32 = 4;
    pub const SHUTOFF: i32 = 5;
    pub const PM_SUSPENDED: i32 = 7;
    /// Reason of `SHUTOFF`: the guest ended by itself or was asked to.
    pub const SHUTOFF_SHUTDOWN: i32 = 1;
    /// Reason of `PAUSED`: somebody asked for it.
    pub const PAUSED_USER: i32 = 1;
    /// Reason of `PAUSED`: a disk could not be read or written.
    pub const PAUSED_IO_ERROR: i32 = 5;
}

/// Flags of the calls below.
pub(super) mod flag {
    pub const XML_SECURE: u32 = 1;
    pub const XML_INACTIVE: u32 = 2;
    pub const START_PAUSED: u32 = 1;
    pub const DESTROY_GRACEFUL: u32 = 1;
    pub const SHUTDOWN_ACPI: u32 = 1;
    pub const SHUTDOWN_AGENT: u32 = 2;
    pub const CHECKPOINT_REDEFINE: u32 = 1;
    pub const CHECKPOINT_METADATA_ONLY: u32 = 2;
    pub const CHECKPOINT_XML_NO_DOMAIN: u32 = 2;
    pub const CHECKPOINT_XML_SIZE: u32 = 4;
    pub const POOLS_ACTIVE: u32 = 2;
    pub const AFFECT_LIVE: u32 = 1;
    pub const AFFECT_CONFIG: u32 = 2;
    pub const RESIZE_BYTES: u32 = 1;
    pub const PULL_BYTES_PER_SECOND: u32 = 1 << 6;
    /// Managed save, snapshots' and checkpoints' metadata, and firmware variables go too.
    pub const UNDEFINE_ALL: u32 = 1 | 2 | 4 | 16;
}

type Handle = *mut c_void;

#[repr(C)]
struct RawError {
    code: c_int,
    domain: c_int,
    message: *mut c_char,
    // More fields follow, which are not read.
}

#[repr(C)]
#[derive(Default)]
struct RawBlockInfo {
    capacity: c_ulonglong,
    allocation: c_ulonglong,
    physical: c_ulonglong,
}

#[repr(C)]
#[derive(Default)]
struct RawBlockJob {
    kind: c_int,
    bandwidth: c_ulong,
    done: c_ulonglong,
    end: c_ulonglong,
}

#[repr(C)]
struct RawDiskError {
    disk: *mut c_char,
    error: c_int,
}

macro_rules! functions {
    ($($name:ident($($arg:ty),*) -> $result:ty;)*) => {
        /// One pointer for each C function, under its own name.
        #[expect(non_snake_case, reason = "the names of the C functions")]
        struct Functions {
            $($name: unsafe extern "C" fn($($arg),*) -> $result,)*
        }

        impl Functions {
            fn load(library: &libloading::Library) -> std::result::Result<Functions, libloading::Error> {
                Ok(Functions {
                    $(
                        // SAFETY: the signature is the one libvirt's headers give; libvirt
                        // keeps its C interface compatible for ever.
                        $name: unsafe { *library.get(concat!(stringify!($name), "\0").as_bytes())? },
                    )*
                })
            }
        }
    };
}

type ErrorFunction = extern "C" fn(*mut c_void, *mut c_void);

functions! {
    virInitialize() -> c_int;
    virSetErrorFunc(*mut c_void, Option<ErrorFunction>) -> ();
    virGetLastError() -> *const RawError;
    virConnectOpen(*const c_char) -> Handle;
    virConnectClose(Handle) -> c_int;
    virConnectGetLibVersion(Handle, *mut c_ulong) -> c_int;
    virConnectGetCapabilities(Handle) -> *mut c_char;
    virConnectListAllDomains(Handle, *mut *mut Handle, c_uint) -> c_int;
    virConnectListAllStoragePools(Handle, *mut *mut Handle, c_uint) -> c_int;
    virStoragePoolListAllVolumes(Handle, *mut *mut Handle, c_uint) -> c_int;
    virStoragePoolFree(Handle) -> c_int;
    virStorageVolLookupByKey(Handle, *const c_char) -> Handle;
    virStorageVolDelete(Handle, c_uint) -> c_int;
    virStorageVolGetXMLDesc(Handle, c_uint) -> *mut c_char;
    virStorageVolFree(Handle) -> c_int;
    virDomainLookupByUUIDString(Handle, *const c_char) -> Handle;
    virDomainFree(Handle) -> c_int;
    virDomainDefineXMLFlags(Handle, *const c_char, c_uint) -> Handle;
    virDomainGetID(Handle) -> c_uint;
    virDomainGetXMLDesc(Handle, c_uint) -> *mut c_char;
    virDomainGetState(Handle, *mut c_int, *mut c_int, c_uint) -> c_int;
    virDomainGetBlockInfo(Handle, *const c_char, *mut RawBlockInfo, c_uint) -> c_int;
    virDomainBlockResize(Handle, *const c_char, c_ulonglong, c_uint) -> c_int;
    virDomainAttachDeviceFlags(Handle, *const c_char, c_uint) -> c_int;
    virDomainDetachDeviceFlags(Handle, *const c_char, c_uint) -> c_int;
    virDomainCreateWithFlags(Handle, c_uint) -> c_int;
    virDomainBlockPull(Handle, *const c_char, c_ulong, c_uint) -> c_int;
    virDomainGetBlockJobInfo(Handle, *const c_char, *mut RawBlockJob, c_uint) -> c_int;
    virDomainGetDiskErrors(Handle, *mut RawDiskError, c_uint, c_uint) -> c_int;
    virDomainIsPersistent(Handle) -> c_int;
    virDomainUndefineFlags(Handle, c_uint) -> c_int;
    virDomainResume(Handle) -> c_int;
    virDomainSuspend(Handle) -> c_int;
    virDomainShutdownFlags(Handle, c_uint) -> c_int;
    virDomainDestroyFlags(Handle, c_uint) -> c_int;
    virDomainReboot(Handle, c_uint) -> c_int;
    virDomainReset(Handle, c_uint) -> c_int;
    virDomainAgentSetResponseTimeout(Handle, c_int, c_uint) -> c_int;
    virDomainFSFreeze(Handle, *const *const c_char, c_uint, c_uint) -> c_int;
    virDomainFSThaw(Handle, *const *const c_char, c_uint, c_uint) -> c_int;
    virDomainBackupBegin(Handle, *const c_char, *const c_char, c_uint) -> c_int;
    virDomainBackupGetXMLDesc(Handle, c_uint) -> *mut c_char;
    virDomainAbortJob(Handle) -> c_int;
    virDomainListAllCheckpoints(Handle, *mut *mut Handle, c_uint) -> c_int;
    virDomainCheckpointCreateXML(Handle, *const c_char, c_uint) -> Handle;
    virDomainCheckpointLookupByName(Handle, *const c_char, c_uint) -> Handle;
    virDomainCheckpointGetName(Handle) -> *const c_char;
    virDomainCheckpointGetXMLDesc(Handle, c_uint) -> *mut c_char;
    virDomainCheckpointDelete(Handle, c_uint) -> c_int;
    virDomainCheckpointFree(Handle) -> c_int;
}

/// An error of libvirt's, by number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct LibvirtError {
    pub code: i32,
    pub message: String,
}

impl LibvirtError {
    fn own(message: impl Into<String>) -> LibvirtError {
        LibvirtError {
            code: 0,
            message: message.into(),
        }
    }

    /// True if the daemon, rather than what was asked of it, is the trouble.
    pub fn is_disconnect(&self) -> bool {
        matches!(self.code, code::RPC | code::SYSTEM_ERROR)
            || self.message.contains("client socket is closed")
    }
}

type Result<T> = std::result::Result<T, LibvirtError>;

struct Api {
    functions: Functions,
    // libvirt starts threads of its own: it is never unloaded.
    _library: std::mem::ManuallyDrop<libloading::Library>,
}

extern "C" fn quiet(_: *mut c_void, _: *mut c_void) {}

fn api() -> Result<&'static Api> {
    static API: OnceLock<Result<Api>> = OnceLock::new();
    let loaded = API.get_or_init(|| {
        // SAFETY: libvirt's initialisers have no needs of their own.
        let library = unsafe { libloading::Library::new("libvirt.so.0") };
        let library = library.map_err(|e| LibvirtError::own(e.to_string()))?;
        let functions = Functions::load(&library).map_err(|e| LibvirtError::own(e.to_string()))?;
        // SAFETY: called once, before all others; the function given ignores its arguments.
        let started = unsafe {
            let started = (functions.virInitialize)();
            (functions.virSetErrorFunc)(ptr::null_mut(), Some(quiet));
            started
        };
        if started < 0 {
            return Err(LibvirtError::own("libvirt does not initialise"));
        }
        Ok(Api {
            functions,
            _library: std::mem::ManuallyDrop::new(library),
        })
    });
    loaded.as_ref().map_err(Clone::clone)
}

/// True if libvirt's library is there and loads; else the loader's words.
pub(super) fn available() -> Result<()> {
    api().map(|_| ())
}

impl Api {
    fn last_error(&self) -> LibvirtError {
        // SAFETY: the pointer belongs to this thread and is valid until its next call.
        unsafe {
            match (self.functions.virGetLastError)().as_ref() {
                Some(raw) if !raw.message.is_null() => LibvirtError {
                    code: raw.code,
                    message: CStr::from_ptr(raw.message).to_string_lossy().into_owned(),
                },
                Some(raw) => LibvirtError {
                    code: raw.code,
                    message: format!("libvirt error {}", raw.code),
                },
                None => LibvirtError::own("libvirt failed without an error"),
            }
        }
    }

    fn done(&self, result: c_int) -> Result<c_int> {
        match result {
            0.. => Ok(result),
            _ => Err(self.last_error()),
        }
    }

    fn handle(&self, handle: Handle) -> Result<Handle> {
        match handle.is_null() {
            false => Ok(handle),
            true => Err(self.last_error()),
        }
    }

    /// Takes over a text that libvirt allocated.
    fn text(&self, text: *mut c_char) -> Result<String> {
        if text.is_null() {
            return Err(self.last_error());
        }
        // SAFETY: a string that libvirt allocated for us with malloc, freed once.
        unsafe {
            let owned = CStr::from_ptr(text).to_string_lossy().into_owned();
            free(text.cast());
            Ok(owned)
        }
    }

    /// Takes over a list of `count` handles that libvirt allocated.
    fn list(&self, count: c_int, list: *mut Handle) -> Result<Vec<Handle>> {
        let count = usize::try_from(self.done(count)?).expect("checked to be positive");
        if list.is_null() {
            return Ok(Vec::new());
        }
        // SAFETY: libvirt filled `count` entries of an array allocated with malloc.
        unsafe {
            let handles = std::slice::from_raw_parts(list, count).to_vec();
            free(list.cast());
            Ok(handles)
        }
    }
}

unsafe extern "C" {
    fn free(pointer: *mut c_void);
}

fn c_text(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| LibvirtError::own("text with a zero byte"))
}

macro_rules! owned_handle {
    ($(#[$doc:meta])* $name:ident, $free:ident) => {
        $(#[$doc])*
        pub(super) struct $name {
            api: &'static Api,
            handle: Handle,
            /// Held so that a handle never outlives its connection.
            _connection: Option<Arc<Connection>>,
        }

        // SAFETY: libvirt's handles may be used from any thread, several at once.
        unsafe impl Send for $name {}
        // SAFETY: as above.
        unsafe impl Sync for $name {}

        impl Drop for $name {
            fn drop(&mut self) {
                // SAFETY: we own one reference and give it back once.
                unsafe { (self.api.functions.$free)(self.handle) };
            }
        }
    };
}

owned_handle!(
    /// A connection to a libvirt daemon.
    Connection,
    virConnectClose
);
owned_handle!(
    /// A domain, running or not.
    Domain,
    virDomainFree
);
owned_handle!(
    /// A storage pool.
    Pool,
    virStoragePoolFree
);
owned_handle!(
    /// A volume of a pool.
    Volume,
    virStorageVolFree
);
owned_handle!(
    /// A checkpoint of libvirt's: in our words a bitmap epoch.
    Checkpoint,
    virDomainCheckpointFree
);

impl Connection {
    pub fn open(uri: &str) -> Result<Connection> {
        let api = api()?;
        let uri = c_text(uri)?;
        // SAFETY: a valid string, used during the call only.
        let handle = api.handle(unsafe { (api.functions.virConnectOpen)(uri.as_ptr()) })?;
        Ok(Connection {
            api,
            handle,
            _connection: None,
        })
    }

    /// Asks the daemon for an answer.
    pub fn ping(&self) -> Result<()> {
        let mut version = 0;
        // SAFETY: our handle and a place for one number.
        let done =
            unsafe { (self.api.functions.virConnectGetLibVersion)(self.handle, &mut version) };
        self.api.done(done).map(|_| ())
    }

    /// What the host can do, and as whom it runs guests, as XML.
    pub fn capabilities(&self) -> Result<String> {
        // SAFETY: our handle.
        let text = unsafe { (self.api.functions.virConnectGetCapabilities)(self.handle) };
        self.api.text(text)
    }

    pub fn domains(self: &Arc<Self>) -> Result<Vec<Domain>> {
        let mut list = ptr::null_mut();
        // SAFETY: our handle and a place for one pointer; no flags means all domains.
        let count =
            unsafe { (self.api.functions.virConnectListAllDomains)(self.handle, &mut list, 0) };
        let handles = self.api.list(count, list)?;
        Ok(handles.into_iter().map(|h| self.domain_of(h)).collect())
    }

    pub fn domain(self: &Arc<Self>, uuid: &str) -> Result<Domain> {
        let uuid = c_text(uuid)?;
        // SAFETY: our handle and a valid string, used during the call only.
        let handle =
            unsafe { (self.api.functions.virDomainLookupByUUIDString)(self.handle, uuid.as_ptr()) };
        Ok(self.domain_of(self.api.handle(handle)?))
    }

    /// Defines a domain, or gives one of the same name and UUID another definition.
    pub fn define(self: &Arc<Self>, xml: &str) -> Result<Domain> {
        let xml = c_text(xml)?;
        // SAFETY: our handle and a valid string, used during the call only.
        let handle =
            unsafe { (self.api.functions.virDomainDefineXMLFlags)(self.handle, xml.as_ptr(), 0) };
        Ok(self.domain_of(self.api.handle(handle)?))
    }

    fn domain_of(self: &Arc<Self>, handle: Handle) -> Domain {
        Domain {
            api: self.api,
            handle,
            _connection: Some(Arc::clone(self)),
        }
    }

    /// Pools that are active.
    pub fn pools(self: &Arc<Self>) -> Result<Vec<Pool>> {
        let mut list = ptr::null_mut();
        // SAFETY: our handle and a place for one pointer.
        let count = unsafe {
            (self.api.functions.virConnectListAllStoragePools)(
                self.handle,
                &mut list,
                flag::POOLS_ACTIVE,
            )
        };
        let handles = self.api.list(count, list)?;
        let pool = |handle| Pool {
            api: self.api,
            handle,
            _connection: Some(Arc::clone(self)),
        };
        Ok(handles.into_iter().map(pool).collect())
    }
}

impl Connection {
    /// The volume with that key, in whichever pool; `NO_STORAGE_VOLUME` if there is none.
    pub fn volume(self: &Arc<Self>, key: &str) -> Result<Volume> {
        let key = c_text(key)?;
        // SAFETY: our handle and a valid string, used during the call only.
        let handle =
            unsafe { (self.api.functions.virStorageVolLookupByKey)(self.handle, key.as_ptr()) };
        Ok(Volume {
            api: self.api,
            handle: self.api.handle(handle)?,
            _connection: Some(Arc::clone(self)),
        })
    }
}

impl Pool {
    pub fn volumes(&self) -> Result<Vec<Volume>> {
        let mut list = ptr::null_mut();
        // SAFETY: our handle and a place for one pointer.
        let count =
            unsafe { (self.api.functions.virStoragePoolListAllVolumes)(self.handle, &mut list, 0) };
        let handles = self.api.list(count, list)?;
        let volume = |handle| Volume {
            api: self.api,
            handle,
            _connection: self._connection.clone(),
        };
        Ok(handles.into_iter().map(volume).collect())
    }
}

impl Volume {
    pub fn xml(&self) -> Result<String> {
        // SAFETY: our handle.
        let text = unsafe { (self.api.functions.virStorageVolGetXMLDesc)(self.handle, 0) };
        self.api.text(text)
    }

    /// Removes it from its pool, with all it holds.
    pub fn delete(&self) -> Result<()> {
        // SAFETY: our handle.
        let done = unsafe { (self.api.functions.virStorageVolDelete)(self.handle, 0) };
        self.api.done(done).map(|_| ())
    }
}

/// Calls of the shape `int f(virDomainPtr, unsigned int flags)`.
macro_rules! domain_calls {
    ($($(#[$doc:meta])* $name:ident = $function:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self, flags: u32) -> Result<()> {
            // SAFETY: our handle.
            let done = unsafe { (self.api.functions.$function)(self.handle, flags) };
            self.api.done(done).map(|_| ())
        }
    )*};
}

impl Domain {
    domain_calls! {
        /// Starts it.
        start = virDomainCreateWithFlags;
        /// Asks the guest to shut down.
        shutdown = virDomainShutdownFlags;
        /// Ends the process.
        destroy = virDomainDestroyFlags;
        /// Asks the guest to reboot.
        reboot = virDomainReboot;
        /// Presses the reset button.
        reset = virDomainReset;
        /// Removes its definition; one that runs goes on without.
        undefine = virDomainUndefineFlags;
    }

    /// The running domain's number, new at each start; none while it is off.
    pub fn id(&self) -> Option<u32> {
        // SAFETY: our handle; the number is the handle's own, from when it was looked up.
        let id = unsafe { (self.api.functions.virDomainGetID)(self.handle) };
        (id != c_uint::MAX).then_some(id)
    }

    pub fn xml(&self, flags: u32) -> Result<String> {
        // SAFETY: our handle.
        let text = unsafe { (self.api.functions.virDomainGetXMLDesc)(self.handle, flags) };
        self.api.text(text)
    }

    /// State and its reason, see [`state`].
    pub fn state(&self) -> Result<(i32, i32)> {
        let (mut state, mut reason) = (0, 0);
        // SAFETY: our handle and places for two numbers.
        let done = unsafe {
            (self.api.functions.virDomainGetState)(self.handle, &mut state, &mut reason, 0)
        };
        self.api.done(done).map(|_| (state, reason))
    }

    /// Size in bytes of the disk with that target name, as the guest sees it.
    pub fn capacity(&self, target: &str) -> Result<u64> {
        let target = c_text(target)?;
        let mut info = RawBlockInfo::default();
        // SAFETY: our handle, a valid string, and a place of the layout of `virDomainBlockInfo`.
        let done = unsafe {
            (self.api.functions.virDomainGetBlockInfo)(self.handle, target.as_ptr(), &mut info, 0)
        };
        self.api.done(done).map(|_| info.capacity)
    }

    /// Gives the running domain's disk with that target name another size in bytes.
    pub fn resize(&self, target: &str, size_bytes: u64) -> Result<()> {
        let target = c_text(target)?;
        // SAFETY: our handle and a valid string, used during the call only.
        let done = unsafe {
            (self.api.functions.virDomainBlockResize)(
                self.handle,
                target.as_ptr(),
                size_bytes,
                flag::RESIZE_BYTES,
            )
        };
        self.api.done(done).map(|_| ())
    }

    /// Adds a device to the running domain, its definition, or both.
    pub fn attach(&self, xml: &str, flags: u32) -> Result<()> {
        let xml = c_text(xml)?;
        // SAFETY: our handle and a valid string, used during the call only.
        let done = unsafe {
            (self.api.functions.virDomainAttachDeviceFlags)(self.handle, xml.as_ptr(), flags)
        };
        self.api.done(done).map(|_| ())
    }

    /// Takes a device from the running domain, its definition, or both. From the running domain it
    /// may go later, when the guest lets it.
    pub fn detach(&self, xml: &str, flags: u32) -> Result<()> {
        let xml = c_text(xml)?;
        // SAFETY: our handle and a valid string, used during the call only.
        let done = unsafe {
            (self.api.functions.virDomainDetachDeviceFlags)(self.handle, xml.as_ptr(), flags)
        };
        self.api.done(done).map(|_| ())
    }

    /// Begins to copy into a running domain's disk what lies below it; it lies on nothing then.
    /// None goes as fast as it can.
    pub fn pull(&self, target: &str, bytes_per_second: Option<u64>) -> Result<()> {
        let target = c_text(target)?;
        let rate = c_ulong::try_from(bytes_per_second.unwrap_or(0)).unwrap_or(c_ulong::MAX);
        // SAFETY: our handle and a valid string, used during the call only.
        let done = unsafe {
            (self.api.functions.virDomainBlockPull)(
                self.handle,
                target.as_ptr(),
                rate,
                flag::PULL_BYTES_PER_SECOND,
            )
        };
        self.api.done(done).map(|_| ())
    }

    /// How far a job on the disk with that target name is: done, and all there is; none where
    /// there is no job.
    pub fn block_job(&self, target: &str) -> Result<Option<(u64, u64)>> {
        let target = c_text(target)?;
        let mut job = RawBlockJob::default();
        // SAFETY: our handle, a valid string, and a place of the layout of `virDomainBlockJobInfo`.
        let found = unsafe {
            (self.api.functions.virDomainGetBlockJobInfo)(self.handle, target.as_ptr(), &mut job, 0)
        };
        let found = self.api.done(found)?;
        Ok((found > 0).then_some((job.done, job.end)))
    }

    /// Whether a disk stopped the domain because the host has no space left.
    pub fn is_out_of_space(&self) -> Result<bool> {
        const NO_SPACE: c_int = 2;
        const DISKS_MAX: usize = 64;
        let mut errors: Vec<RawDiskError> = Vec::new();
        errors.resize_with(DISKS_MAX, || RawDiskError {
            disk: ptr::null_mut(),
            error: 0,
        });
        // SAFETY: our handle, and as many places as are told.
        let count = unsafe {
            (self.api.functions.virDomainGetDiskErrors)(
                self.handle,
                errors.as_mut_ptr(),
                DISKS_MAX as c_uint,
                0,
            )
        };
        let count = usize::try_from(self.api.done(count)?).expect("checked to be positive");
        let mut out_of_space = false;
        for error in &errors[..count.min(DISKS_MAX)] {
            out_of_space |= error.error == NO_SPACE;
            // SAFETY: a string that libvirt allocated for us with malloc, freed once.
            unsafe { free(error.disk.cast()) };
        }
        Ok(out_of_space)
    }

    /// False for one that is forgotten when it goes off.
    pub fn is_persistent(&self) -> Result<bool> {
        // SAFETY: our handle.
        let found = unsafe { (self.api.functions.virDomainIsPersistent)(self.handle) };
        self.api.done(found).map(|found| found > 0)
    }

    pub fn suspend(&self) -> Result<()> {
        // SAFETY: our handle.
        let done = unsafe { (self.api.functions.virDomainSuspend)(self.handle) };
        self.api.done(done).map(|_| ())
    }

    /// Lets the processors go on.
    pub fn resume(&self) -> Result<()> {
        // SAFETY: our handle.
        let done = unsafe { (self.api.functions.virDomainResume)(self.handle) };
        self.api.done(done).map(|_| ())
    }

    /// How long commands to the agent may take, in seconds; -1 is libvirt's default.
    pub fn set_agent_timeout(&self, seconds: i32) -> Result<()> {
        // SAFETY: our handle.
        let done = unsafe {
            (self.api.functions.virDomainAgentSetResponseTimeout)(self.handle, seconds, 0)
        };
        self.api.done(done).map(|_| ())
    }

    /// Freezes all file systems; answers how many.
    pub fn freeze(&self) -> Result<i32> {
        // SAFETY: our handle; no list means all mounted file systems.
        let done =
            unsafe { (self.api.functions.virDomainFSFreeze)(self.handle, ptr::null(), 0, 0) };
        self.api.done(done)
    }

    pub fn thaw(&self) -> Result<i32> {
        // SAFETY: as in `freeze`.
        let done = unsafe { (self.api.functions.virDomainFSThaw)(self.handle, ptr::null(), 0, 0) };
        self.api.done(done)
    }

    pub fn begin_backup(&self, backup: &str, checkpoint: Option<&str>) -> Result<()> {
        let backup = c_text(backup)?;
        let checkpoint = checkpoint.map(c_text).transpose()?;
        let checkpoint = checkpoint
            .as_ref()
            .map_or(ptr::null(), |text| text.as_ptr());
        // SAFETY: our handle and valid strings (or none), used during the call only.
        let done = unsafe {
            (self.api.functions.virDomainBackupBegin)(self.handle, backup.as_ptr(), checkpoint, 0)
        };
        self.api.done(done).map(|_| ())
    }

    /// The backup job's XML; `NO_DOMAIN_BACKUP` if there is none.
    pub fn backup_xml(&self) -> Result<String> {
        // SAFETY: our handle.
        let text = unsafe { (self.api.functions.virDomainBackupGetXMLDesc)(self.handle, 0) };
        self.api.text(text)
    }

    pub fn abort_job(&self) -> Result<()> {
        // SAFETY: our handle.
        let done = unsafe { (self.api.functions.virDomainAbortJob)(self.handle) };
        self.api.done(done).map(|_| ())
    }

    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>> {
        let mut list = ptr::null_mut();
        // SAFETY: our handle and a place for one pointer.
        let count =
            unsafe { (self.api.functions.virDomainListAllCheckpoints)(self.handle, &mut list, 0) };
        let handles = self.api.list(count, list)?;
        Ok(handles.into_iter().map(|h| self.checkpoint_of(h)).collect())
    }

    pub fn checkpoint(&self, name: &str) -> Result<Checkpoint> {
        let name = c_text(name)?;
        // SAFETY: our handle and a valid string, used during the call only.
        let handle = unsafe {
            (self.api.functions.virDomainCheckpointLookupByName)(self.handle, name.as_ptr(), 0)
        };
        Ok(self.checkpoint_of(self.api.handle(handle)?))
    }

    /// Makes a checkpoint known that its XML describes.
    pub fn redefine_checkpoint(&self, xml: &str) -> Result<()> {
        let xml = c_text(xml)?;
        // SAFETY: our handle and a valid string, used during the call only.
        let handle = unsafe {
            (self.api.functions.virDomainCheckpointCreateXML)(
                self.handle,
                xml.as_ptr(),
                flag::CHECKPOINT_REDEFINE,
            )
        };
        drop(self.checkpoint_of(self.api.handle(handle)?));
        Ok(())
    }

    fn checkpoint_of(&self, handle: Handle) -> Checkpoint {
        Checkpoint {
            api: self.api,
            handle,
            _connection: self._connection.clone(),
        }
    }
}

impl Checkpoint {
    pub fn name(&self) -> String {
        // SAFETY: our handle; the name lives as long as the handle and is copied at once.
        unsafe {
            let name = (self.api.functions.virDomainCheckpointGetName)(self.handle);
            match name.is_null() {
                true => String::new(),
                false => CStr::from_ptr(name).to_string_lossy().into_owned(),
            }
        }
    }

    pub fn xml(&self) -> Result<String> {
        let flags = flag::CHECKPOINT_XML_NO_DOMAIN;
        // SAFETY: our handle.
        let text =
            unsafe { (self.api.functions.virDomainCheckpointGetXMLDesc)(self.handle, flags) };
        self.api.text(text)
    }

    /// Its XML with the bytes changed since on each disk; the server must run.
    pub fn xml_with_sizes(&self) -> Result<String> {
        let flags = flag::CHECKPOINT_XML_NO_DOMAIN | flag::CHECKPOINT_XML_SIZE;
        // SAFETY: our handle.
        let text =
            unsafe { (self.api.functions.virDomainCheckpointGetXMLDesc)(self.handle, flags) };
        self.api.text(text)
    }

    pub fn delete(&self, flags: u32) -> Result<()> {
        // SAFETY: our handle.
        let done = unsafe { (self.api.functions.virDomainCheckpointDelete)(self.handle, flags) };
        self.api.done(done).map(|_| ())
    }
}
