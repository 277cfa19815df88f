//! Sessions: how whoever works with a vault keeps what it needs in place (decisions F2, F3).
//!
//! A session is an object. It is created first; condemnations are listed afterwards, so that
//! either this side sees the condemnation or the other side sees the session. A session whose
//! owner is gone stays until somebody ends it: for a writer by a tombstone at its manifest's
//! name, so that no clock has to decide whether it is dead.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use coffer_core::digest::Digest;
use coffer_core::format::pack::BlobKind;
use coffer_core::format::records::{
    Attempt, Condemnation, LogEntry, Manifest, Owner, PackRange, Role, Session, Verdict, Waits,
};
use coffer_core::format::{ObjectKind, name};
use coffer_core::ids::{BackupId, PackId, SessionId};
use coffer_core::map::Address;
use coffer_core::{Error, Kind, Result};
use futures::future::BoxFuture;

use super::crypto::random;
use super::store::Created;
use super::{AttemptName, Late, Needs, Repository, Vault, tombstone};

/// Chunks of dead attempts that are remembered for reuse: about 100 MiB of memory, 64 GiB of disk
/// at 64 KiB chunks. What is beyond is stored again and the old copy reclaimed.
const ADOPTED_CHUNKS_MAX: usize = 1 << 20;

/// Where the chunks of earlier, dead attempts of the same backup lie.
pub type Adopted = HashMap<Digest, Address>;

/// What [`Repository::begin_backup`] found.
pub enum Begun {
    /// The backup exists already: an earlier attempt had committed it.
    Committed(Box<Manifest>),
    /// A session to write it.
    Session(Box<WriteSession>),
}

/// The right to write one backup. Ends by [`WriteSession::commit`] or [`WriteSession::abandon`];
/// dropped, it stays in the store for the next attempt to take over.
pub struct WriteSession {
    pub(crate) vault: Arc<Vault>,
    record: Session,
    backup_id: BackupId,
    attempt: u32,
    /// The parents that were asked for and can be built on.
    pub parents: HashMap<BackupId, Manifest>,
    /// Chunks that earlier attempts stored.
    pub adopted: Arc<Adopted>,
    /// What was condemned when the session had been created: to be treated as absent.
    pub(crate) condemned: Condemned,
}

/// Backups held in place for reading. Ends by [`ReadSession::end`]; dropped, it stays until
/// its process is gone.
pub struct ReadSession {
    vault: Arc<Vault>,
    id: Option<SessionId>,
    /// The backups, in the order asked for.
    pub manifests: Vec<Manifest>,
}

fn new_session_id() -> Result<SessionId> {
    let mut id = [0; 12];
    random(&mut id)?;
    Ok(SessionId(id))
}

impl Repository {
    /// Takes the right to write `backup_id`, building on `parents` where they can be had: each
    /// disk may have its own.
    ///
    /// At most one caller works on a backup id at a time: attempts found are declared dead, and
    /// what they stored is taken over. Where one of them had committed, that is the answer.
    pub fn begin_backup<'a>(
        &'a self,
        backup_id: BackupId,
        parents: &'a [BackupId],
    ) -> BoxFuture<'a, Result<Begun>> {
        Box::pin(async move {
            self.check_needs(Needs::Write).await?;
            let mut dead = Vec::new();
            let mut adopted = Vec::new();
            let mut sessions = self.sessions().await?;
            // Where an earlier attempt is there, what the log says from before it was seen is known.
            let mut log_seen = None;
            if sessions
                .iter()
                .any(|(_, session)| writes(session.as_ref(), backup_id))
            {
                log_seen = self.last_number(name::LOG).await?;
                sessions = self.sessions().await?;
            }
            for (id, session) in sessions {
                let Some(session) = session else { continue };
                if let Role::Writer {
                    backup_id: theirs,
                    adopted: earlier,
                    ..
                } = &session.role
                    && *theirs == backup_id
                {
                    self.declare_dead(&session, "another attempt at the same backup began")
                        .await?;
                    adopted.push(id);
                    adopted.extend(earlier);
                    dead.push(session);
                }
            }
            let mut attempt = 0;
            loop {
                match self
                    .attempt(&AttemptName {
                        id: backup_id,
                        attempt,
                    })
                    .await
                {
                    Ok(None) => break,
                    Ok(Some(Attempt::Tombstone(_))) => attempt += 1,
                    // Torn by a store whose writes are not atomic: it was never acknowledged.
                    Err(e) if e.kind == Kind::Data => attempt += 1,
                    Err(e) => return Err(e),
                    Ok(Some(Attempt::Backup(manifest))) => {
                        self.settle_backups().await?;
                        for session in &dead {
                            self.remove_session(session).await?;
                        }
                        return Ok(Begun::Committed(manifest));
                    }
                }
            }
            adopted.sort_unstable();
            adopted.dedup();
            let record = Session {
                id: new_session_id()?,
                role: Role::Writer {
                    backup_id,
                    attempt,
                    adopted: adopted.clone(),
                },
                pins: parents.to_vec(),
                owner: crate::door::owner(),
                started_at: super::now(),
            };
            self.create_session(&record).await?;
            let condemned = self.condemned().await?;
            // Read after the session exists, and from the store: what was known before may be gone,
            // and the condemnation that took it lifted again.
            let mut usable = HashMap::new();
            for id in parents.iter().filter(|id| !condemned.backups.contains(id)) {
                if let Some(manifest) = self.manifest(*id).await? {
                    usable.insert(*id, manifest);
                }
            }
            self.check_needs(Needs::Write).await?;
            for session in &dead {
                self.remove_session(session).await?;
            }
            // What is condemned must be known to take over anything. Parents need no such care: what
            // they refer to is reached by their manifests, which this session holds.
            let adopted = match condemned.complete {
                true => Arc::new(self.adopt(&adopted, &condemned, log_seen).await?),
                false => Arc::default(),
            };
            let vault = self.vault().clone();
            Ok(Begun::Session(Box::new(WriteSession {
                vault,
                record,
                backup_id,
                attempt,
                parents: usable,
                adopted,
                condemned,
            })))
        })
    }

    /// Holds `backups` in place for reading; `NotFound` where one is gone or about to go.
    ///
    /// Where the store takes no writes, reading goes on without a session.
    pub fn begin_reading<'a>(
        &'a self,
        backups: &'a [BackupId],
    ) -> BoxFuture<'a, Result<ReadSession>> {
        Box::pin(async move {
            self.check_place().await?;
            let record = Session {
                id: new_session_id()?,
                role: Role::Reader,
                pins: backups.to_vec(),
                owner: crate::door::owner(),
                started_at: super::now(),
            };
            let id = match self.create_session(&record).await {
                Ok(()) => Some(record.id),
                Err(e) if e.kind == Kind::Unavailable => {
                    tracing::warn!(error = %e.chain(), "reading without a session: the store takes no writes");
                    None
                }
                Err(e) => return Err(e),
            };
            let mut session = ReadSession {
                vault: self.vault().clone(),
                id,
                manifests: Vec::new(),
            };
            let loaded = self.pinned(backups).await;
            match loaded {
                Ok(manifests) => session.manifests = manifests,
                Err(e) => {
                    session.end().await?;
                    return Err(e);
                }
            }
            Ok(session)
        })
    }

    async fn pinned(&self, backups: &[BackupId]) -> Result<Vec<Manifest>> {
        let condemned = self.condemned().await?;
        let mut manifests = Vec::with_capacity(backups.len());
        for id in backups {
            let found = match condemned.backups.contains(id) {
                true => None,
                false => self.manifest(*id).await?,
            };
            manifests
                .push(found.ok_or_else(|| Error::not_found(format!("there is no backup {id}")))?);
        }
        Ok(manifests)
    }

    /// Removes a dead session's object; first sees that the log says what it committed, or that
    /// its packs are nobody's.
    ///
    /// They are nobody's too where what it committed is gone again, or is about to go and is not
    /// in the log: then no counts will ever tell of them. False where somebody holds that backup still:
    /// the session stays, and with it all that the backup needs.
    async fn remove_session(&self, session: &Session) -> Result<bool> {
        if let Role::Writer { adopted, .. } = &session.role {
            let late = match self.committed_by(session).await? {
                Some(manifest) => self.log_late(&manifest).await?,
                None => Late::Gone,
            };
            match late {
                Late::Logged => {}
                Late::Gone => {
                    self.append_log(given_up(session.id, adopted)).await?;
                }
                Late::Held => return Ok(false),
            }
        }
        self.store.remove(&name::session(session.id)).await?;
        Ok(true)
    }

    /// The manifest that a writer has committed, if it has.
    pub(crate) async fn committed_by(&self, session: &Session) -> Result<Option<Box<Manifest>>> {
        let Role::Writer {
            backup_id, attempt, ..
        } = &session.role
        else {
            return Ok(None);
        };
        let name = AttemptName {
            id: *backup_id,
            attempt: *attempt,
        };
        match self.attempt(&name).await {
            Ok(Some(Attempt::Backup(manifest))) if manifest.session == session.id => {
                Ok(Some(manifest))
            }
            Ok(_) => Ok(None),
            // Torn: it was never acknowledged.
            Err(e) if e.kind == Kind::Data => Ok(None),
            // It may be committed, and then it must be in the log before its session ends.
            Err(e) => Err(e),
        }
    }

    /// Ends a session whose owner will not. False where it has to stay for now.
    pub(crate) async fn end_dead(&self, session: &Session, reason: &str) -> Result<bool> {
        self.declare_dead(session, reason).await?;
        self.remove_session(session).await
    }

    /// Ends a writer's session that has committed and could not say so in the log. True where it
    /// has: else it is left alone.
    pub(crate) async fn end_if_committed(&self, session: &Session) -> Result<bool> {
        match self.committed_by(session).await? {
            Some(_) => {
                // Its writer may have been killed before that was durable.
                self.settle_backups().await?;
                self.remove_session(session).await
            }
            None => Ok(false),
        }
    }

    /// Ends every session that writes `backup_id`: nobody will go on with it.
    pub fn end_backup<'a>(
        &'a self,
        backup_id: BackupId,
        reason: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            for (_, session) in self.sessions().await? {
                if let Some(session) = session
                    && matches!(&session.role, Role::Writer { backup_id: id, .. } if *id == backup_id)
                {
                    end_session(self, &session, reason).await?;
                }
            }
            Ok(())
        })
    }
}

/// Ends a session whose owner will not: a writer's attempt gets a tombstone first, and where it
/// had committed, its backup is put into the log.
pub fn end_session<'a>(
    repository: &'a Repository,
    session: &'a Session,
    reason: &'a str,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move { repository.end_dead(session, reason).await.map(|_| ()) })
}

/// True where the owner was a process that is certainly gone: of the running kernel and not there
/// any more, or of an earlier boot of this machine.
pub fn owner_is_gone(owner: &Owner) -> bool {
    let here = crate::door::owner();
    if owner.boot_id == here.boot_id {
        return owner.pid_namespace == here.pid_namespace
            && crate::door::process_start(owner.pid) != Some(owner.pid_start);
    }
    !owner.machine.is_empty() && (&owner.machine, &owner.host) == (&here.machine, &here.host)
}

/// True if a session writes this backup.
fn writes(session: Option<&Session>, backup: BackupId) -> bool {
    session.is_some_and(|s| matches!(s.role, Role::Writer { backup_id, .. } if backup_id == backup))
}

/// The sessions among `waits` that hold a backup in place. One that cannot be read may.
pub(crate) fn pinning(
    sessions: &[(SessionId, Option<Session>)],
    waits: &[SessionId],
    backup: BackupId,
) -> Vec<SessionId> {
    let holds = |session: &Option<Session>| match session {
        None => true,
        Some(session) => session.pins.contains(&backup) && !owner_is_gone(&session.owner),
    };
    let waiting = sessions
        .iter()
        .filter(|(id, session)| waits.contains(id) && holds(session));
    waiting.map(|(id, _)| *id).collect()
}

/// All that is condemned at the moment.
#[derive(Debug, Clone, Default)]
pub struct Condemned {
    /// Backups about to go.
    pub backups: HashSet<BackupId>,
    /// Packs about to go.
    pub packs: HashSet<PackId>,
    /// Blobs about to go from packs that stay.
    pub blobs: HashMap<PackId, HashSet<u32>>,
    /// False where a condemnation cannot be read: then there may be more.
    pub complete: bool,
}

impl Condemned {
    /// True if what lies at `address` is about to go: a writer treats it as absent.
    pub fn is_condemned(&self, address: Address) -> bool {
        let blobs = self.blobs.get(&address.pack);
        self.packs.contains(&address.pack)
            || blobs.is_some_and(|blobs| blobs.contains(&address.ordinal))
    }
}

/// What lies below `condemn/`.
#[derive(Debug, Default)]
pub(crate) struct Condemnations {
    /// Those that can be read, by number.
    pub readable: Vec<(u64, Condemnation)>,
    /// The numbers of the others.
    pub unreadable: Vec<u64>,
    /// Numbers of which something is left beside the condemnation, but not itself: it was carried
    /// out, and a crash came before the rest was removed.
    pub remains: Vec<u64>,
}

impl Vault {
    /// All sessions; a record that cannot be read is none.
    pub async fn sessions(&self) -> Result<Vec<(SessionId, Option<Session>)>> {
        let mut found = Vec::new();
        for object in self.store.list(name::SESSIONS).await? {
            let Some(id) = name::parse_session(&object.name) else {
                continue;
            };
            match self
                .read_record::<Session>(ObjectKind::Session, &object.name)
                .await
            {
                Ok(Some(session)) => found.push((id, Some(session))),
                Ok(None) => {} // ended meanwhile
                Err(e) if e.kind == Kind::Data => found.push((id, None)),
                Err(e) => return Err(e),
            }
        }
        Ok(found)
    }

    async fn create_session(&self, record: &Session) -> Result<()> {
        let name = name::session(record.id);
        match self
            .create_record(ObjectKind::Session, &name, record)
            .await?
        {
            Created::Yes => Ok(()),
            // The id is random: what lies there is a torn write of ours.
            Created::Exists => {
                self.store.remove(&name).await?;
                Err(Error::unavailable("the session was only partly written"))
            }
        }
    }

    /// Makes sure that a writer's attempt cannot commit any more, unless it has.
    pub(super) async fn declare_dead(&self, session: &Session, reason: &str) -> Result<()> {
        let Some(tombstone) = tombstone(session, reason) else {
            return Ok(());
        };
        let name = name::backup(tombstone.backup_id, tombstone.attempt);
        let record = Attempt::Tombstone(tombstone);
        // Where the name is taken, the attempt has come to an end already.
        self.create_record(ObjectKind::Manifest, &name, &record)
            .await
            .map(|_| ())
    }

    /// All condemnations, by number.
    pub(crate) async fn condemnations(&self) -> Result<Condemnations> {
        let mut found = Condemnations::default();
        let mut beside = BTreeSet::new();
        let mut there = HashSet::new();
        for object in self.store.list(name::CONDEMNATIONS).await? {
            let Some(number) = name::parse_numbered(name::CONDEMNATIONS, &object.name) else {
                beside.extend(name::parse_beside_condemned(&object.name));
                continue;
            };
            there.insert(number);
            match self
                .read_record(ObjectKind::Condemnation, &object.name)
                .await
            {
                Ok(Some(record)) => found.readable.push((number, record)),
                Ok(None) => {} // carried out meanwhile
                Err(e) if e.kind == Kind::Data => found.unreadable.push(number),
                Err(e) => return Err(e),
            }
        }
        found.readable.sort_by_key(|(number, _)| *number);
        beside.retain(|number| !there.contains(number));
        found.remains = beside.into_iter().collect();
        Ok(found)
    }

    /// Condemns, then says who was there: those sessions may not have seen it.
    pub(crate) async fn condemn(&self, condemnation: &Condemnation) -> Result<(u64, Waits)> {
        // A random number, so that none is ever used twice: who comes late must not take another
        // condemnation for the one it had read.
        let mut bytes = [0; 8];
        random(&mut bytes)?;
        let number = u64::from_be_bytes(bytes);
        let name = name::numbered(name::CONDEMNATIONS, number);
        match self
            .create_record(ObjectKind::Condemnation, &name, condemnation)
            .await?
        {
            Created::Yes => Ok((number, self.note_waits(number).await?)),
            Created::Exists => {
                self.store.remove(&name).await?;
                Err(Error::unavailable("a condemnation was only partly written"))
            }
        }
    }

    /// Removes a condemnation that cannot be read and that nobody can have acted on.
    pub(crate) async fn drop_unreadable(&self, number: u64) -> Result<()> {
        if self.store.get(&name::verdict(number)).await?.is_none() {
            self.lift(number).await?;
        }
        Ok(())
    }

    /// Whether a condemnation is there still. Once it is gone it stays so: numbers are never used twice.
    pub(crate) async fn stands(&self, number: u64) -> Result<bool> {
        let name = name::numbered(name::CONDEMNATIONS, number);
        Ok(self.store.get(&name).await?.is_some())
    }

    /// Removes what is left beside a condemnation that was carried out.
    ///
    /// A list is no snapshot, so the condemnation is looked for again. It was there before anything
    /// beside it was, and its number is never used twice: where it is gone, it stays so.
    pub(crate) async fn sweep(&self, number: u64) -> Result<()> {
        match self.stands(number).await? {
            true => Ok(()),
            false => self.lift(number).await,
        }
    }

    /// The sessions a condemnation waits for, from its record or, where there is none that can be
    /// read, from the sessions of now: those are at least all that are left of the ones that were
    /// there when it was written.
    pub(crate) async fn waits(&self, number: u64) -> Result<Waits> {
        let name = name::waits(number);
        match self.read_record(ObjectKind::Condemnation, &name).await {
            Ok(Some(waits)) => return Ok(waits),
            Ok(None) => {}
            Err(e) if e.kind == Kind::Data => self.store.remove(&name).await?,
            Err(e) => return Err(e),
        }
        let waits = self.note_waits(number).await?;
        // Carried out meanwhile: what was just written would stay for ever.
        self.sweep(number).await?;
        Ok(waits)
    }

    /// Lists the sessions and writes them beside the condemnation.
    async fn note_waits(&self, number: u64) -> Result<Waits> {
        let name = name::waits(number);
        let sessions = self
            .sessions()
            .await?
            .into_iter()
            .map(|(id, _)| id)
            .collect();
        let waits = Waits { sessions };
        // Whoever was first wrote what holds as well.
        self.create_record(ObjectKind::Condemnation, &name, &waits)
            .await?;
        Ok(waits)
    }

    /// Settles what of the condemned goes: `verdict`, unless somebody settled it before.
    ///
    /// None where the condemnation is gone: then it is carried out, and nothing is left to do.
    pub(crate) async fn settle(&self, number: u64, verdict: Verdict) -> Result<Option<Verdict>> {
        let name = name::verdict(number);
        let kind = ObjectKind::Condemnation;
        let settled = match self.create_record(kind, &name, &verdict).await? {
            Created::Yes => Some(verdict),
            Created::Exists => match self.read_record(kind, &name).await {
                // Torn: whoever wrote it did not act on it.
                Err(e) if e.kind == Kind::Data => {
                    self.store.remove(&name).await?;
                    return Err(e.context("a verdict was only partly written"));
                }
                settled => settled?,
            },
        };
        if !self.stands(number).await? {
            self.store.remove(&name).await?;
            return Ok(None);
        }
        Ok(settled)
    }

    /// Takes a condemnation out of the way once it is carried out.
    pub(crate) async fn lift(&self, number: u64) -> Result<()> {
        self.store
            .remove(&name::numbered(name::CONDEMNATIONS, number))
            .await?;
        self.store.remove(&name::waits(number)).await?;
        self.store.remove(&name::verdict(number)).await
    }

    /// Everything that some condemnation names.
    pub async fn condemned(&self) -> Result<Condemned> {
        let found = self.condemnations().await?;
        let mut all = Condemned {
            complete: found.unreadable.is_empty(),
            ..Condemned::default()
        };
        for (_, condemnation) in found.readable {
            all.backups.extend(condemnation.backups);
            all.packs.extend(condemnation.packs);
            for (pack, blobs) in condemnation.blobs {
                all.blobs.entry(pack).or_default().extend(blobs);
            }
        }
        Ok(all)
    }

    /// The chunks in packs of dead sessions. A pack that cannot be read was never finished.
    ///
    /// The directories are read from the store, now that the session exists, and those of the highest
    /// generations: one that was cached, or a lower one, may name blobs that went with a condemnation
    /// that is lifted already. A pack that the log says was removed behind `log_seen` is none: a late
    /// write may have brought it back, and who removed it may do so again.
    async fn adopt(
        &self,
        dead: &[SessionId],
        condemned: &Condemned,
        log_seen: Option<u64>,
    ) -> Result<Adopted> {
        let mut adopted = Adopted::new();
        if dead.is_empty() {
            return Ok(adopted);
        }
        let removed = self.packs_removed_after(log_seen).await?;
        for session in dead {
            let listed = self.store.list(&name::pack_folder(*session)).await?;
            // Their writer may have been killed before the last of them was durable.
            if let Some(any) = listed.first() {
                self.store.settle(&any.name).await?;
            }
            let packs: BTreeSet<PackId> = listed
                .iter()
                .filter_map(|object| name::parse_pack(&object.name))
                .map(|(id, _)| id)
                .filter(|id| id.session() == *session && !condemned.packs.contains(id))
                .filter(|id| !removed.contains(id))
                .collect();
            for id in packs {
                let directory = match self.newest_directory(id).await {
                    Ok(Some(directory)) => directory,
                    Ok(None) => continue,
                    Err(e) if e.kind == Kind::Data => continue,
                    Err(e) => return Err(e),
                };
                for entry in directory
                    .entries
                    .iter()
                    .filter(|e| e.kind == BlobKind::Chunk)
                {
                    if adopted.len() >= ADOPTED_CHUNKS_MAX {
                        return Ok(adopted);
                    }
                    let address = Address {
                        pack: id,
                        ordinal: entry.ordinal,
                        slot: 0,
                    };
                    if !condemned.is_condemned(address) {
                        adopted.entry(entry.digest).or_insert(address);
                    }
                }
            }
        }
        Ok(adopted)
    }
}

impl WriteSession {
    /// The session's id: its packs carry it.
    pub fn id(&self) -> SessionId {
        self.record.id
    }

    /// Which attempt at the backup this is.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The backup it writes.
    pub fn backup_id(&self) -> BackupId {
        self.backup_id
    }

    /// Dead sessions whose packs may be used.
    pub fn adopted_sessions(&self) -> Vec<SessionId> {
        match &self.record.role {
            Role::Writer { adopted, .. } => adopted.clone(),
            Role::Reader | Role::Maintenance => Vec::new(),
        }
    }

    /// Commits: from the moment this returns `Ok`, the backup exists whatever happens.
    ///
    /// `Cancelled` where the attempt was declared dead meanwhile.
    pub fn commit(self: Box<Self>, manifest: &Manifest) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let name = name::backup(self.backup_id, self.attempt);
            let record = Attempt::Backup(Box::new(manifest.clone()));
            // Packs may lie in a place that went away since; the manifest must not lie in another.
            self.vault.check_place().await?;
            match self
                .vault
                .create_record(ObjectKind::Manifest, &name, &record)
                .await?
            {
                Created::Yes => {}
                Created::Exists => {
                    let found = self
                        .vault
                        .read_record::<Attempt>(ObjectKind::Manifest, &name)
                        .await;
                    return Err(match found {
                        Ok(Some(Attempt::Tombstone(tombstone))) => {
                            self.tell_of_strays().await;
                            Error::cancelled(format!(
                                "this attempt at the backup was declared dead: {}",
                                tombstone.reason
                            ))
                        }
                        // Torn by a store whose writes are not atomic: the next attempt has another name.
                        _ => Error::unavailable("the manifest was only partly written"),
                    });
                }
            }
            // What follows can be made up for: reclaim and verify add what the log lacks.
            let entry = log_entry(manifest);
            if let Err(e) = self.vault.append_log(entry).await {
                // The session stays until somebody has added it: reclaim counts on that order.
                tracing::warn!(backup.id = %self.backup_id, error = %e.chain(), "the backup is not in the log yet");
                return Ok(());
            }
            if let Err(e) = self
                .vault
                .store
                .remove(&name::session(self.record.id))
                .await
            {
                tracing::warn!(backup.id = %self.backup_id, error = %e.chain(), "its session is still there");
            }
            Ok(())
        })
    }

    /// Says in the log once more that its packs are nobody's: some may have come after who declared it
    /// dead had said so, and reclaim had looked for them. Where that fails, a full run finds them.
    async fn tell_of_strays(&self) {
        let entry = given_up(self.record.id, &[]);
        if let Err(e) = self.vault.append_log(entry).await {
            tracing::debug!(backup.id = %self.backup_id, error = %e.chain(), "what it stored is not in the log");
        }
    }

    /// Gives up for good: what was stored is garbage for reclaim, which the log tells of it.
    pub fn abandon(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            let entry = given_up(self.record.id, &self.adopted_sessions());
            self.vault.append_log(entry).await?;
            self.vault
                .store
                .remove(&name::session(self.record.id))
                .await
        })
    }
}

/// The log's entry for a session that ended without a backup, with those it had taken over.
fn given_up(session: SessionId, adopted: &[SessionId]) -> LogEntry {
    let mut sessions = adopted.to_vec();
    sessions.push(session);
    LogEntry {
        sessions_given_up: sessions,
        ..LogEntry::default()
    }
}

/// The log's entry for a committed backup.
pub(crate) fn log_entry(manifest: &Manifest) -> LogEntry {
    let range = PackRange {
        session: manifest.session,
        count: manifest.pack_count,
        without: manifest.packs_skipped.clone(),
    };
    LogEntry {
        backups_added: vec![format!("{}.{}", manifest.backup_id, manifest.attempt)],
        packs_added: if range.count > 0 {
            vec![range]
        } else {
            Vec::new()
        },
        ..LogEntry::default()
    }
}

impl ReadSession {
    /// Lets the backups go.
    pub async fn end(self) -> Result<()> {
        match self.id {
            Some(id) => self.vault.store.remove(&name::session(id)).await,
            None => Ok(()),
        }
    }
}
