//! Files of backups, without restoring them.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coffer_core::cbr::{Operation, Refusal};
use coffer_core::inner_path::{InnerPath, escape, unescape};
use coffer_engine::files::{self, ENTRIES_MAX, Entry, EntryKind, READ_MAX, Volume};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::export::Asked;
use super::objects::words;
use crate::app::files::Look;
use crate::app::{Actor, AppError};
use crate::audit;
use crate::http::range::{self, Wanted};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Most that one search or comparison finds.
const FOUND_MAX: u64 = 1000;
/// Entries that one search looks at before it answers with where to go on.
const LOOKS: u64 = 20_000;

words! {
    /// What a path of a backup is.
    FileKind { File = "file", Folder = "folder", Link = "link", Device = "device", Fifo = "fifo",
        Socket = "socket", Damaged = "damaged", }
}

/// `{"volumes": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileVolumesAnswer {
    volumes: Vec<FileVolume>,
}

/// A disk, partition or logical volume of a backup.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileVolume {
    /// How it is asked for: `vda`, `vda.2`, or `group/name` of a logical volume.
    id: String,
    /// The disk's name on the server; null for a logical volume.
    disk: Option<String>,
    /// Null for whole disks and logical volumes.
    partition: Option<u32>,
    /// Where it begins on the disk; 0 for a logical volume.
    offset_bytes: u64,
    size_bytes: u64,
    /// A file system (`ext2`, `ext3`, `ext4`, `xfs`, `btrfs`, `ntfs`, `fat`, `exfat`) or something else
    /// (`lvm`, `luks`, `bitlocker`, `raid`, `swap`, `inactive`, `empty`, `unknown`).
    content: String,
    label: Option<String>,
    /// Whether it has files that can be read, as far as can be told without trying.
    readable: bool,
}

impl From<&Volume> for FileVolume {
    fn from(volume: &Volume) -> FileVolume {
        FileVolume {
            id: volume.id.clone(),
            disk: volume.disk.clone(),
            partition: volume.partition,
            offset_bytes: volume.start_bytes,
            size_bytes: volume.size_bytes,
            content: volume.kind.clone(),
            label: volume.label.clone(),
            readable: volume.is_readable,
        }
    }
}

/// What is known of a path. Names and paths are text: bytes that are no UTF-8 and control characters are
/// written `\xHH`, `\` is written `\\`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileEntry {
    /// Its last part; empty for the top folder.
    name: String,
    /// From the top folder of the volume.
    path: String,
    #[schema(value_type = FileKind)]
    kind: &'static str,
    /// Of files; null for all others.
    size_bytes: Option<u64>,
    /// When its content was changed; null where that is no time.
    modified_at: Option<String>,
    /// Octal: `0644`.
    permissions: String,
    user: u32,
    group: u32,
    /// Where a symbolic link leads; it is never followed.
    target: Option<String>,
}

impl FileEntry {
    fn new(path: &InnerPath, entry: &Entry) -> FileEntry {
        let nanoseconds = i32::try_from(entry.modified_nanoseconds).unwrap_or(0);
        let modified = Timestamp::new(entry.modified_seconds, nanoseconds).ok();
        FileEntry {
            name: escape(&entry.name),
            path: path.to_string(),
            kind: entry.kind.name(),
            size_bytes: (entry.kind == EntryKind::File).then_some(entry.size_bytes),
            modified_at: modified.map(|at| at.to_string()),
            permissions: format!("{:04o}", entry.permissions),
            user: entry.user,
            group: entry.group,
            target: entry.target.as_deref().map(escape),
        }
    }
}

/// `{"entry": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileEntryAnswer {
    entry: FileEntry,
}

/// A page of a folder.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileEntriesAnswer {
    /// By the bytes of their names.
    entries: Vec<FileEntry>,
    /// `marker` of the next page; null where this is the last one.
    next: Option<String>,
}

/// What a search has found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundFilesAnswer {
    /// In the order in which a walk comes by.
    entries: Vec<FileEntry>,
    /// `marker` with which the search goes on; null where it is at its end. A page may be empty and not
    /// the last one.
    next: Option<String>,
    /// Folders that are damaged and were left out.
    unread: Vec<String>,
}

/// What differs between a folder in two backups.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileDifferencesAnswer {
    differences: Vec<FileDifference>,
    /// Whether there may be more than were asked for.
    more: bool,
}

/// A path that is not the same in both.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileDifference {
    /// Beneath the folder.
    path: String,
    /// What it is in the backup `since`; null where it is not there.
    before: Option<FileEntry>,
    /// What it is in the backup; null where it is not there.
    after: Option<FileEntry>,
}

/// Begins a look.
async fn look(
    state: &AppState,
    caller: &Caller,
    (project, backup): (&str, &str),
    request: RequestId,
) -> Result<Look, ApiError> {
    let actor = Actor {
        project: caller.write(project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    let run = (&state.background, state.stopping.clone());
    Ok(state.app.look_at_files(&actor, backup, run).await?)
}

/// What of a file system is wrong goes out as an error of showing the backup.
fn failed(error: coffer_core::Error) -> ApiError {
    AppError::Failed(Operation::ShowBackup, error).into()
}

fn inner(text: &str, name: &'static str) -> Result<InnerPath, ApiError> {
    InnerPath::parse(text).map_err(|error| Refusal::parameter(name, error.to_string()).into())
}

/// The volume and the path of a question.
fn place(params: &Params) -> Result<(String, InnerPath), ApiError> {
    let volume = params.get("volume");
    let volume = volume.ok_or_else(|| Refusal::parameter("volume", "is required"))?;
    let path = inner(params.get("path").unwrap_or("/"), "path")?;
    Ok((volume.to_owned(), path))
}

/// What is on the disks of a backup: partitions, logical volumes and their file systems. A small virtual
/// machine is started for it, without network, and the disks read-only; it stays for some minutes for
/// the questions that follow. As long as it is asked, the backup cannot be deleted.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/files", tag = "coffer",
    operation_id = "list_file_volumes", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path)),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, body = FileVolumesAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn volumes(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<Json<FileVolumesAnswer>, ApiError> {
    let look = look(&state, &caller, (&project, &id), request).await?;
    let volumes = look.volumes().iter().map(FileVolume::from).collect();
    Ok(Json(FileVolumesAnswer { volumes }))
}

/// Entries of a folder in a backup, by name. Symbolic links are shown and never followed, in a path
/// neither.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/files/entries",
    tag = "coffer", operation_id = "list_files", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("volume" = String, Query, description = "`id` of a volume."),
        ("path" = Option<String>, Query, description = "From the top folder of the volume, which it is where absent."),
        ("limit" = Option<u64>, Query, description = "1 to 400 entries; 400 where absent."),
        ("marker" = Option<String>, Query, description = "`next` of the page before.")),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, body = FileEntriesAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn entries(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<Json<FileEntriesAnswer>, ApiError> {
    // The look at the volumes is recorded, and each file that is taken away.
    audit::silence();
    let look = look(&state, &caller, (&project, &id), request).await?;
    let (volume, path) = place(&params)?;
    let limit = params.number("limit", 1..=ENTRIES_MAX as u64)?;
    let limit = limit.map_or(ENTRIES_MAX, |limit| limit as usize);
    let after = unescape(params.get("marker").unwrap_or_default());
    let after = after.map_err(|_| Refusal::parameter("marker", "is none that an answer gave"))?;
    let page = look.list(&volume, &path, &after, limit).await;
    let page = page.map_err(failed)?;
    let next = page.entries.last().filter(|_| page.is_more);
    let next = next.map(|entry| escape(&entry.name));
    let entries = page.entries.iter().filter_map(|entry| {
        // One whose path would be too long has no path.
        let path = path.join(&entry.name).ok()?;
        Some(FileEntry::new(&path, entry))
    });
    Ok(Json(FileEntriesAnswer {
        entries: entries.collect(),
        next,
    }))
}

/// What a path in a backup is.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/files/entry",
    tag = "coffer", operation_id = "show_file", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("volume" = String, Query, description = "`id` of a volume."),
        ("path" = Option<String>, Query, description = "From the top folder of the volume, which it is where absent.")),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, body = FileEntryAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn entry(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<Json<FileEntryAnswer>, ApiError> {
    audit::silence();
    let look = look(&state, &caller, (&project, &id), request).await?;
    let (volume, path) = place(&params)?;
    let entry = look.stat(&volume, &path).await.map_err(failed)?;
    let entry = FileEntry::new(&path, &entry);
    Ok(Json(FileEntryAnswer { entry }))
}

/// The bytes of a file in a backup. A broken download is gone on with by `Range` and `If-Range`.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/files/content",
    tag = "coffer", operation_id = "get_file", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("volume" = String, Query, description = "`id` of a volume."),
        ("path" = String, Query, description = "From the top folder of the volume."),
        ("Range" = Option<String>, Header, description = "One range of bytes."),
        ("If-Range" = Option<String>, Header, description = "The `ETag` of what is there already.")),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, description = "The file.", content_type = "application/octet-stream"),
        (status = 206, description = "A part of it."), (status = 304), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 412), (status = 416)))]
pub(super) async fn content(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
    asked: Asked,
) -> Result<Response, ApiError> {
    let look = look(&state, &caller, (&project, &id), request).await?;
    let (volume, path) = place(&params)?;
    let entry = look.stat(&volume, &path).await.map_err(failed)?;
    // Says what it is where it is no file.
    look.read(&volume, &path, 0, 1).await.map_err(failed)?;
    let mut hasher = blake3::Hasher::new();
    for part in [id.as_bytes(), volume.as_bytes(), path.as_bytes()] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let tag = format!("\"{}\"", &hasher.finalize().to_hex()[..32]);
    let len = entry.size_bytes;
    let text = |text: String| HeaderValue::try_from(text).expect("letters, digits and signs");
    let mut head = HeaderMap::new();
    head.insert(header::ETAG, text(tag.clone()));
    head.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let answer = |status: StatusCode, head: HeaderMap, body: Body| {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = head;
        response
    };
    if let Some(status) = range::refused(&asked.headers, &tag) {
        let mut response = match status {
            StatusCode::NOT_MODIFIED => status.into_response(),
            _ => ApiError::new(status, "The file is another one.").into_response(),
        };
        response.headers_mut().extend(head);
        return Ok(response);
    }
    let (status, part) = match range::wanted(&asked.headers, &tag, len) {
        Wanted::Whole => (StatusCode::OK, 0..len),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Wanted::Unsatisfiable => {
            let message = format!("The file has {len} bytes, and none of the range.");
            let error = ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, message);
            let mut response = error.into_response();
            head.insert(header::CONTENT_RANGE, text(format!("bytes */{len}")));
            response.headers_mut().extend(head);
            return Ok(response);
        }
    };
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {}-{}/{len}", part.start, part.end - 1);
        head.insert(header::CONTENT_RANGE, text(range));
    }
    head.insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(part.end - part.start),
    );
    let media = HeaderValue::from_static("application/octet-stream");
    head.insert(header::CONTENT_TYPE, media);
    head.insert(header::CONTENT_DISPOSITION, attachment(&path, ""));
    if asked.method == Method::HEAD {
        return Ok(answer(status, head, Body::empty()));
    }
    let last = part.end;
    let pieces = stream::unfold(Some((look, part.start)), move |at| {
        let (volume, path) = (volume.clone(), path.clone());
        async move {
            let (look, at) = at.filter(|(_, at)| *at < last)?;
            let read = look.read(&volume, &path, at, READ_MAX.min(last - at)).await;
            match read {
                Ok(bytes) if bytes.is_empty() => {
                    let error = coffer_core::Error::data("the file ends before its length");
                    Some((Err(error), None))
                }
                Ok(bytes) => {
                    let next = at + bytes.len() as u64;
                    Some((Ok(bytes), Some((look, next))))
                }
                Err(error) => Some((Err(error), None)),
            }
        }
    });
    Ok(answer(status, head, Body::from_stream(pieces)))
}

/// A folder in a backup with everything beneath it, or one file, as tar: owners by number, permissions,
/// times and symbolic links go along; devices, sockets and the like do not. What is damaged breaks the
/// connection off.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/files/archive",
    tag = "coffer", operation_id = "get_files", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("volume" = String, Query, description = "`id` of a volume."),
        ("path" = Option<String>, Query, description = "From the top folder of the volume, which it is where absent.")),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, description = "The archive.", content_type = "application/x-tar"),
        (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn archive(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
    asked: Asked,
) -> Result<Response, ApiError> {
    let look = look(&state, &caller, (&project, &id), request).await?;
    let (volume, path) = place(&params)?;
    let name = attachment(&path, ".tar");
    let body = match asked.method {
        Method::HEAD => {
            look.stat(&volume, &path).await.map_err(failed)?;
            Body::empty()
        }
        _ => {
            let archive = files::archive(look, &volume, path).await;
            Body::from_stream(archive.map_err(failed)?.inspect(|piece| {
                if let Err(error) = piece {
                    tracing::warn!(error = %error.chain(), "an archive of files broke off");
                }
            }))
        }
    };
    let mut response = Response::new(body);
    let head = response.headers_mut();
    let media = HeaderValue::from_static("application/x-tar");
    head.insert(header::CONTENT_TYPE, media);
    head.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// A header that names a download, by what of the name is plain.
fn attachment(path: &InnerPath, end: &str) -> HeaderValue {
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let name = path.name().unwrap_or(b"files").iter();
    let name = name.map(|byte| if legal(byte) { char::from(*byte) } else { '_' });
    let name: String = name.take(150).collect();
    let name = name.trim_start_matches('.');
    let text = format!("attachment; filename=\"{name}{end}\"");
    HeaderValue::try_from(text).expect("letters, digits and signs")
}

/// Names beneath a folder of a backup. An answer may be short and say where to go on: the search looks at
/// so many entries, then it answers.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/files/search",
    tag = "coffer", operation_id = "search_files", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("volume" = String, Query, description = "`id` of a volume."),
        ("path" = Option<String>, Query, description = "Folder, the top one where absent."),
        ("name" = String, Query, description = "Part of a name, large or small; with `*` or `?`, all of it."),
        ("limit" = Option<u64>, Query, description = "1 to 1000; 100 where absent."),
        ("marker" = Option<String>, Query, description = "`next` of the answer before.")),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, body = FoundFilesAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn search(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<Json<FoundFilesAnswer>, ApiError> {
    audit::silence();
    let look = look(&state, &caller, (&project, &id), request).await?;
    let (volume, path) = place(&params)?;
    let name = params.get("name");
    let name = name.ok_or_else(|| Refusal::parameter("name", "is required"))?;
    let pattern = unescape(name).map_err(|e| Refusal::parameter("name", e.to_string()))?;
    let after = params.get("marker").map(|text| inner(text, "marker"));
    let limit = params.number("limit", 1..=FOUND_MAX)?;
    let wanted = files::Search {
        volume,
        path,
        pattern,
        after: after.transpose()?,
        most: limit.unwrap_or(100) as usize,
        looks: LOOKS,
    };
    let found = files::search(&look, &wanted).await.map_err(failed)?;
    let entries = found.entries.iter();
    Ok(Json(FoundFilesAnswer {
        entries: entries
            .map(|(path, entry)| FileEntry::new(path, entry))
            .collect(),
        next: found.next.map(|path| path.to_string()),
        unread: found.unread.iter().map(InnerPath::to_string).collect(),
    }))
}

/// What differs beneath a folder between two backups: by kind, permissions, owner, and of files length
/// and time. Contents are not read. What is there on one side alone is said once, without what is in it.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/files/differences",
    tag = "coffer", operation_id = "list_file_differences",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("since" = String, Query, description = "The backup to compare with."),
        ("volume" = String, Query, description = "`id` of a volume, in both."),
        ("path" = Option<String>, Query, description = "Folder, the top one where absent."),
        ("limit" = Option<u64>, Query, description = "1 to 1000; 1000 where absent.")),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, body = FileDifferencesAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn differences(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<Json<FileDifferencesAnswer>, ApiError> {
    audit::silence();
    let ours = (project.as_str(), id.as_str());
    let after = look(&state, &caller, ours, RequestId(request.0.clone())).await?;
    let since = params.get("since");
    let since = since.ok_or_else(|| Refusal::parameter("since", "is required"))?;
    let (volume, path) = place(&params)?;
    let limit = params.number("limit", 1..=FOUND_MAX)?;
    let before = look(&state, &caller, (&project, since), request).await?;
    let side = |session| files::Side {
        session,
        volume: &volume,
        path: &path,
    };
    let most = limit.unwrap_or(FOUND_MAX) as usize;
    let found = files::differences(side(&*before), side(&*after), most).await;
    let (differences, more) = found.map_err(failed)?;
    let differences = differences.iter().map(|difference| {
        let entry = |entry: &Option<Entry>| {
            let entry = entry.as_ref()?;
            Some(FileEntry::new(&difference.path, entry))
        };
        FileDifference {
            path: difference.path.to_string(),
            before: entry(&difference.before),
            after: entry(&difference.after),
        }
    });
    Ok(Json(FileDifferencesAnswer {
        differences: differences.collect(),
        more,
    }))
}
