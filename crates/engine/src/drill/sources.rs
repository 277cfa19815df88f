//! A backup's disks as read-only exports for the guest of a drill.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::Extent;
use coffer_core::{Error, Result};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::block::{BlockSource, SourceExtent};
use crate::nbd::server::{Figures, Served, SocketFile, serve};

/// The exports' socket, in the drill's folder.
const SOCKET: &str = "disks";

/// A disk of the backup.
#[derive(Clone)]
pub struct DrillDisk {
    /// Its name in the backup: `vda`.
    pub name: String,
    /// Its blocks.
    pub source: Arc<dyn BlockSource>,
}

/// The exports, until they are closed or dropped.
pub(super) struct Exports {
    names: Vec<String>,
    socket: PathBuf,
    end: CancellationToken,
    served: Option<JoinHandle<()>>,
    trouble: Arc<Trouble>,
}

/// The first read that failed.
#[derive(Default)]
struct Trouble(Mutex<Option<Error>>);

struct Watched {
    disk: DrillDisk,
    trouble: Arc<Trouble>,
}

impl Watched {
    /// Notes the error, and passes another one on: they cannot be copied.
    fn note<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| {
            let (kind, text) = (error.kind, error.chain());
            let error = error.context(format!("disk {}", self.disk.name));
            let mut noted = self.trouble.0.lock().expect("no panic holds this lock");
            noted.get_or_insert(error);
            Error::new(kind, text)
        })
    }
}

#[async_trait]
impl BlockSource for Watched {
    fn size(&self) -> u64 {
        self.disk.source.size()
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        self.note(self.disk.source.extents(window).await)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        self.note(self.disk.source.read(extent).await)
    }
}

impl Exports {
    /// Listens in the drill's folder.
    pub fn open(folder: &Path, disks: &[DrillDisk]) -> Result<Exports> {
        let socket = SocketFile::bind(&folder.join(SOCKET))?;
        let path = socket.path().to_owned();
        let trouble = Arc::new(Trouble::default());
        // By their numbers: a name from a backup may have anything in it.
        let exports = disks.iter().enumerate().map(|(index, disk)| Served {
            name: index.to_string(),
            description: disk.name.clone(),
            source: Arc::new(Watched {
                disk: disk.clone(),
                trouble: Arc::clone(&trouble),
            }),
        });
        let end = CancellationToken::new();
        let figures = Arc::new(Figures::default());
        let served = serve(socket, exports.collect(), figures, end.clone());
        Ok(Exports {
            names: disks.iter().map(|disk| disk.name.clone()).collect(),
            socket: path,
            end,
            served: Some(tokio::spawn(served)),
            trouble,
        })
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// What QEMU is told of a disk's blocks: those of the export, and above them a file of its own
    /// that goes with it.
    pub fn blocks(&self, name: &str) -> Option<String> {
        let index = self.names.iter().position(|known| known == name)?;
        Some(format!(
            "driver=raw,file.driver=nbd,file.server.type=unix,file.server.path={SOCKET},\
             file.export={index},snapshot=on,cache=unsafe,discard=unmap"
        ))
    }

    /// The first read that failed, once.
    pub fn trouble(&self) -> Option<Error> {
        self.trouble
            .0
            .lock()
            .expect("no panic holds this lock")
            .take()
    }

    /// Ends them and waits until the disks are let go.
    pub async fn close(mut self) {
        self.end.cancel();
        if let Some(served) = self.served.take() {
            // It panics only where we have a bug, and has said so.
            let _ = served.await;
        }
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        self.end.cancel();
    }
}
