//! Rows as structs: reading, inserting, filtering and paging, once for all tables.
//!
//! Column names and fragments of SQL are `&'static str` throughout; values go in as parameters
//! alone.

use std::fmt;

use coffer_core::cbr::share::MemberStatus;
use coffer_core::cbr::{ObjectType, PolicyType, ResourceType};
use coffer_core::ids;
use coffer_core::state;
use coffer_core::{Error, Result};
use jiff::Timestamp;
use serde::de::{self, DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row};

use super::failed;

/// How a value is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Stored {
    /// `TEXT`.
    Text(Option<String>),
    /// `BIGINT`.
    Int(Option<i64>),
}

/// A type that fits one column.
pub trait Column: Sized {
    /// Whether the column is a `BIGINT`.
    const IS_INT: bool;
    /// The stored form.
    fn store(&self) -> Stored;
    /// Reads the stored form; none for what this type cannot be.
    fn load(stored: Stored) -> Option<Self>;
}

impl Column for String {
    const IS_INT: bool = false;
    fn store(&self) -> Stored {
        Stored::Text(Some(self.clone()))
    }
    fn load(stored: Stored) -> Option<String> {
        match stored {
            Stored::Text(text) => text,
            Stored::Int(_) => None,
        }
    }
}

impl Column for i64 {
    const IS_INT: bool = true;
    fn store(&self) -> Stored {
        Stored::Int(Some(*self))
    }
    fn load(stored: Stored) -> Option<i64> {
        match stored {
            Stored::Int(number) => number,
            Stored::Text(_) => None,
        }
    }
}

impl Column for u64 {
    const IS_INT: bool = true;
    fn store(&self) -> Stored {
        Stored::Int(Some(i64::try_from(*self).unwrap_or(i64::MAX)))
    }
    fn load(stored: Stored) -> Option<u64> {
        i64::load(stored).and_then(|n| u64::try_from(n).ok())
    }
}

impl Column for bool {
    const IS_INT: bool = true;
    fn store(&self) -> Stored {
        Stored::Int(Some(i64::from(*self)))
    }
    fn load(stored: Stored) -> Option<bool> {
        i64::load(stored).map(|n| n != 0)
    }
}

impl Column for Timestamp {
    const IS_INT: bool = true;
    fn store(&self) -> Stored {
        Stored::Int(Some(self.as_millisecond()))
    }
    fn load(stored: Stored) -> Option<Timestamp> {
        let milliseconds = i64::load(stored)?;
        // The last moment there is says "never"; its whole milliseconds are out of what is read.
        if milliseconds == Timestamp::MAX.as_millisecond() {
            return Some(Timestamp::MAX);
        }
        Timestamp::from_millisecond(milliseconds).ok()
    }
}

impl<T: Column> Column for Option<T> {
    const IS_INT: bool = T::IS_INT;
    fn store(&self) -> Stored {
        match self {
            Some(value) => value.store(),
            None if T::IS_INT => Stored::Int(None),
            None => Stored::Text(None),
        }
    }
    fn load(stored: Stored) -> Option<Option<T>> {
        match stored {
            Stored::Text(None) | Stored::Int(None) => Some(None),
            some => T::load(some).map(Some),
        }
    }
}

/// A value kept as JSON text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + DeserializeOwned> Column for Json<T> {
    const IS_INT: bool = false;
    fn store(&self) -> Stored {
        let text = serde_json::to_string(&self.0).expect("catalog values have text keys");
        Stored::Text(Some(text))
    }
    fn load(stored: Stored) -> Option<Json<T>> {
        serde_json::from_str(&String::load(stored)?).ok().map(Json)
    }
}

macro_rules! text_columns {
    ($($type:ty),*) => {$(
        impl Column for $type {
            const IS_INT: bool = false;
            fn store(&self) -> Stored {
                Stored::Text(Some(self.to_string()))
            }
            fn load(stored: Stored) -> Option<$type> {
                String::load(stored)?.parse().ok()
            }
        }
    )*};
}

text_columns! {
    ids::VaultId, ids::BackupId, ids::CheckpointId, ids::TaskId, ids::ServerId, ids::DiskId,
    ids::ImageId, ids::PolicyId, ids::ProjectId, ids::UserId, ids::DomainId, uuid::Uuid, PolicyType,
    state::VaultState, state::CheckpointState, state::BackupState, state::ProtectState,
    state::TaskState
}

impl Column for MemberStatus {
    const IS_INT: bool = false;
    fn store(&self) -> Stored {
        Stored::Text(Some(self.name().to_owned()))
    }
    fn load(stored: Stored) -> Option<MemberStatus> {
        MemberStatus::parse(&String::load(stored)?)
    }
}

impl Column for ObjectType {
    const IS_INT: bool = false;
    fn store(&self) -> Stored {
        Stored::Text(Some(self.name().to_owned()))
    }
    fn load(stored: Stored) -> Option<ObjectType> {
        ObjectType::parse(&String::load(stored)?)
    }
}

impl Column for ResourceType {
    const IS_INT: bool = false;
    fn store(&self) -> Stored {
        Stored::Text(Some(self.name().to_owned()))
    }
    fn load(stored: Stored) -> Option<ResourceType> {
        ResourceType::parse(&String::load(stored)?)
    }
}

/// Reads one column.
pub fn column<T: Column>(row: &AnyRow, name: &str) -> Result<T> {
    let stored = match T::IS_INT {
        true => row.try_get(name).map(Stored::Int),
        false => row.try_get(name).map(Stored::Text),
    };
    let stored = stored.map_err(failed("read a column"))?;
    T::load(stored)
        .ok_or_else(|| Error::internal(format!("catalog: column {name} holds an unknown value")))
}

/// A column's value in a row that came as one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A `BIGINT`.
    Int(i64),
    /// A `TEXT`.
    Text(String),
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Cell, D::Error> {
        struct Kinds;
        impl Visitor<'_> for Kinds {
            type Value = Cell;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("null, a whole number or a text")
            }
            fn visit_unit<E: de::Error>(self) -> std::result::Result<Cell, E> {
                Ok(Cell::Null)
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> std::result::Result<Cell, E> {
                Ok(Cell::Int(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<Cell, E> {
                i64::try_from(number).map(Cell::Int).map_err(E::custom)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Cell, E> {
                Ok(Cell::Text(text.to_owned()))
            }
            fn visit_string<E: de::Error>(self, text: String) -> std::result::Result<Cell, E> {
                Ok(Cell::Text(text))
            }
        }
        from.deserialize_any(Kinds)
    }
}

/// As [`column`], of a cell.
pub fn cell<T: Column>(cell: Option<Cell>, name: &str) -> Result<T> {
    let stored = match cell {
        Some(Cell::Null) if T::IS_INT => Some(Stored::Int(None)),
        Some(Cell::Null) => Some(Stored::Text(None)),
        Some(Cell::Int(number)) => Some(Stored::Int(Some(number))),
        Some(Cell::Text(text)) => Some(Stored::Text(Some(text))),
        None => None,
    };
    stored
        .and_then(T::load)
        .ok_or_else(|| Error::internal(format!("catalog: column {name} holds an unknown value")))
}

/// How the rows of a record are asked for, and read.
///
/// The driver copies each value of a row several times, and its column's name with it: a page of a
/// thousand backups with their disks has 200,000. SQLite writes a row as one JSON text faster than
/// that, and it is copied once.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A JSON text for all columns.
    Packed,
    /// Column by column.
    Plain,
}

impl Shape {
    /// What suits a database.
    pub(super) fn of(conn: &AnyConnection) -> Shape {
        match conn.backend_name() {
            "SQLite" => Shape::Packed,
            _ => Shape::Plain,
        }
    }

    /// What to select for a record; `prefix` (`t.`, or nothing) stands before each column.
    pub(super) fn select<T: Record>(self, prefix: &str) -> String {
        let columns = T::COLUMNS.iter();
        match self {
            Shape::Packed => {
                let columns: Vec<String> = columns.map(|c| format!("{prefix}{c}")).collect();
                format!("json_array({}) AS packed", columns.join(", "))
            }
            Shape::Plain => {
                let columns: Vec<String> = columns.map(|c| format!("{prefix}{c} AS {c}")).collect();
                columns.join(", ")
            }
        }
    }

    /// Reads what was selected.
    pub(super) fn read<T: Record>(self, row: &AnyRow) -> Result<T> {
        match self {
            Shape::Plain => T::read(row),
            Shape::Packed => {
                let text: &str = row.try_get("packed").map_err(failed("read a row"))?;
                let cells = serde_json::from_str(text)
                    .map_err(|e| Error::internal("read a row").caused_by(e))?;
                T::unpack(cells)
            }
        }
    }
}

/// A table's row.
pub trait Record: Sized {
    /// The table.
    const TABLE: &'static str;
    /// Its columns, the ones of the struct's fields.
    const COLUMNS: &'static [&'static str];
    /// Reads all columns.
    fn read(row: &AnyRow) -> Result<Self>;
    /// As [`Record::read`], from the columns of a row that came as one value.
    fn unpack(cells: Vec<Cell>) -> Result<Self>;
    /// The stored forms in the order of [`Record::COLUMNS`].
    fn values(&self) -> Vec<Stored>;
}

/// Makes a struct and its [`Record`]: each field is the column of the same name.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident in $table:literal {
        $($(#[$fdoc:meta])* $field:ident: $type:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type,)* }

        impl $crate::catalog::record::Record for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];
            fn read(row: &sqlx::any::AnyRow) -> coffer_core::Result<$name> {
                Ok($name { $($field: $crate::catalog::record::column(row, stringify!($field))?,)* })
            }
            fn unpack(cells: Vec<$crate::catalog::record::Cell>) -> coffer_core::Result<$name> {
                let mut cells = cells.into_iter();
                Ok($name { $($field:
                    $crate::catalog::record::cell(cells.next(), stringify!($field))?,)* })
            }
            fn values(&self) -> Vec<$crate::catalog::record::Stored> {
                vec![$($crate::catalog::record::Column::store(&self.$field)),*]
            }
        }
    };
}
pub(super) use record;

/// Binds a stored value.
pub(super) fn bind(
    query: Query<'_, Any, AnyArguments>,
    value: Stored,
) -> Query<'_, Any, AnyArguments> {
    match value {
        Stored::Text(text) => query.bind(text),
        Stored::Int(number) => query.bind(number),
    }
}

/// Inserts a row. `Conflict` where it is there already.
pub async fn insert<T: Record>(conn: &mut AnyConnection, record: &T) -> Result<()> {
    let places: Vec<String> = (1..=T::COLUMNS.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({})",
        T::TABLE,
        T::COLUMNS.join(", "),
        places.join(", ")
    );
    let query = record
        .values()
        .into_iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), bind);
    query.execute(conn).await.map_err(failed("insert a row"))?;
    Ok(())
}

/// As [`insert`], for many: a statement writes several.
pub async fn insert_all<T: Record>(conn: &mut AnyConnection, records: &[T]) -> Result<()> {
    let packs = matches!(Shape::of(conn), Shape::Packed);
    for part in records.chunks(if packs { ROWS_PACKED } else { ROWS_PLAIN }) {
        let values = part.iter().map(Record::values);
        let (rows, values) = match packs {
            true => unpacking::<T>(values.collect()),
            false => places(values.collect()),
        };
        let columns = T::COLUMNS.join(", ");
        let sql = format!("INSERT INTO {} ({columns}) {rows}", T::TABLE);
        let query = values.into_iter();
        let query = query.fold(sqlx::query(AssertSqlSafe(sql)), bind);
        query
            .execute(&mut *conn)
            .await
            .map_err(failed("insert rows"))?;
    }
    Ok(())
}

/// Rows of one statement that have a parameter for each value: PostgreSQL takes 65,535.
const ROWS_PLAIN: usize = 32;
/// Rows of one statement that come as one text.
const ROWS_PACKED: usize = 512;

/// Rows as one JSON text, which the statement takes apart: SQLite looks each of many parameters up
/// among those before it, and each statement more waits for its turn.
fn unpacking<T: Record>(rows: Vec<Vec<Stored>>) -> (String, Vec<Stored>) {
    let values: Vec<String> = (0..T::COLUMNS.len())
        .map(|n| format!("json_extract(value, '$[{n}]')"))
        .collect();
    // In their order: who reads them without one sees them as they came.
    let sql = format!(
        "SELECT {} FROM json_each($1) ORDER BY key",
        values.join(", ")
    );
    let text = serde_json::to_string(&rows).expect("texts and numbers become JSON");
    (sql, vec![Stored::Text(Some(text))])
}

/// Rows with a place for each value.
fn places(rows: Vec<Vec<Stored>>) -> (String, Vec<Stored>) {
    let mut next = 0;
    let mut place = || {
        next += 1;
        format!("${next}")
    };
    let mut row = |row: &Vec<Stored>| {
        let places: Vec<String> = row.iter().map(|_| place()).collect();
        format!("({})", places.join(", "))
    };
    let places: Vec<String> = rows.iter().map(&mut row).collect();
    let sql = format!("VALUES {}", places.join(", "));
    (sql, rows.into_iter().flatten().collect())
}

/// Statements whose text is fixed: `sql` has `$1`, `$2`, ... for `values`. Returns the number of
/// rows written.
pub async fn execute(
    conn: &mut AnyConnection,
    sql: &'static str,
    values: Vec<Stored>,
) -> Result<u64> {
    let query = values.into_iter().fold(sqlx::query(sql), bind);
    let done = query
        .execute(conn)
        .await
        .map_err(failed("write to the catalog"))?;
    Ok(done.rows_affected())
}

/// Queries whose text is fixed and that give one number.
pub async fn number(
    conn: &mut AnyConnection,
    sql: &'static str,
    values: Vec<Stored>,
) -> Result<i64> {
    let query = values.into_iter().fold(sqlx::query(sql), bind);
    let row = query
        .fetch_one(conn)
        .await
        .map_err(failed("read the catalog"))?;
    row.try_get(0).map_err(failed("read a number"))
}

/// Which rows are meant: conditions joined by AND.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    clauses: Vec<String>,
    values: Vec<Stored>,
}

impl Filter {
    /// All rows.
    pub fn new() -> Filter {
        Filter::default()
    }

    /// Rows whose `column` is `value`.
    #[must_use]
    pub fn eq(self, column: &'static str, value: impl Column) -> Filter {
        self.when(column, " = ", value)
    }

    /// As [`Filter::eq`], where there is a value.
    #[must_use]
    pub fn maybe(self, column: &'static str, value: Option<impl Column>) -> Filter {
        match value {
            Some(value) => self.eq(column, value),
            None => self,
        }
    }

    /// Rows whose `column` compares like `operator` (with blanks around it) to `value`.
    #[must_use]
    pub fn when(
        mut self,
        column: &'static str,
        operator: &'static str,
        value: impl Column,
    ) -> Filter {
        self.values.push(value.store());
        self.clauses
            .push(format!("{column}{operator}${}", self.values.len()));
        self
    }

    /// Rows whose `column` is one of `values`; all rows where there are none.
    #[must_use]
    pub fn any_of<T: Column>(mut self, column: &'static str, values: &[T]) -> Filter {
        if values.is_empty() {
            return self;
        }
        let mut places = Vec::new();
        for value in values {
            self.values.push(value.store());
            places.push(format!("${}", self.values.len()));
        }
        self.clauses
            .push(format!("{column} IN ({})", places.join(", ")));
        self
    }

    /// Rows whose `column` is none of `values`.
    #[must_use]
    pub fn none_of<T: Column>(self, column: &str, values: &[T]) -> Filter {
        if values.is_empty() {
            return self;
        }
        let places = vec!["?"; values.len()].join(", ");
        let stored = values.iter().map(Column::store).collect();
        self.with_all(&format!("{column} NOT IN ({places})"), stored)
    }

    /// Rows for which `otherwise` holds, which ends before a column and is closed here, or whose
    /// `column` is none of `values`.
    #[must_use]
    pub(super) fn unless<T: Column>(self, otherwise: &str, column: &str, values: &[T]) -> Filter {
        if values.is_empty() {
            return self;
        }
        let places = vec!["?"; values.len()].join(", ");
        let stored = values.iter().map(Column::store).collect();
        self.with_all(&format!("{otherwise}{column} NOT IN ({places}))"), stored)
    }

    /// A condition without a value.
    #[must_use]
    pub fn and(mut self, clause: &'static str) -> Filter {
        self.clauses.push(clause.to_owned());
        self
    }

    /// A condition with one value, whose place is written `?` in `clause`.
    #[must_use]
    pub fn with(mut self, clause: &'static str, value: impl Column) -> Filter {
        self.values.push(value.store());
        self.clauses
            .push(clause.replace('?', &format!("${}", self.values.len())));
        self
    }

    /// A condition with several values, whose places are written `?` in `clause`, in order.
    #[must_use]
    pub(super) fn with_all(mut self, clause: &str, values: Vec<Stored>) -> Filter {
        let mut parts = clause.split('?');
        let mut sql = parts.next().unwrap_or_default().to_owned();
        for (part, value) in parts.zip(values) {
            self.values.push(value);
            sql.push_str(&format!("${}{part}", self.values.len()));
        }
        self.clauses.push(sql);
        self
    }

    /// Rows for which `before` and a list of `values` in brackets and `after` hold: `id IN` ...
    #[must_use]
    pub fn among<T: Column>(
        mut self,
        before: &'static str,
        values: &[T],
        after: &'static str,
    ) -> Filter {
        let mut places = Vec::new();
        for value in values {
            self.values.push(value.store());
            places.push(format!("${}", self.values.len()));
        }
        // A list without entries is legal SQL in SQLite alone.
        let list = match places.is_empty() {
            true => "NULL".to_owned(),
            false => places.join(", "),
        };
        self.clauses.push(format!("{before} ({list}){after}"));
        self
    }

    /// The parameters, in order.
    pub(super) fn values(&self) -> &[Stored] {
        &self.values
    }

    pub(super) fn sql(&self) -> String {
        match self.clauses.is_empty() {
            true => "1 = 1".to_owned(),
            false => self.clauses.join(" AND "),
        }
    }
}

/// An order: columns, each with whether it descends. The id is added at the end.
pub type Order<'a> = &'a [(&'static str, bool)];

/// A part of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Most rows; none for all.
    pub limit: Option<u64>,
    /// Rows to leave out first.
    pub offset: u64,
    /// Id of the row after which to go on.
    pub marker: Option<String>,
}

fn order_by(order: Order<'_>, id: &str) -> String {
    let mut parts: Vec<String> = order
        .iter()
        .map(|(column, down)| format!("{column}{}", if *down { " DESC" } else { "" }))
        .collect();
    let down = order.first().is_some_and(|(_, down)| *down);
    parts.push(format!("{id}{}", if down { " DESC" } else { "" }));
    parts.join(", ")
}

/// All rows that `filter` means, in `order`; `id` breaks ties.
pub async fn list<T: Record>(
    conn: &mut AnyConnection,
    filter: &Filter,
    order: Order<'_>,
) -> Result<Vec<T>> {
    let sql = format!(
        "SELECT {} FROM {} WHERE {} ORDER BY {}",
        Shape::of(conn).select::<T>(""),
        T::TABLE,
        filter.sql(),
        order_by(order, T::COLUMNS[0]),
    );
    fetch(conn, sql, filter.values.clone()).await
}

/// As [`list`], for many `keys`: `filter` says which rows belong to a part of them, in whose order
/// the rows come.
pub async fn in_parts<K, T: Record>(
    conn: &mut AnyConnection,
    keys: &[K],
    order: Order<'_>,
    filter: impl Fn(&[K]) -> Filter,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    // SQLite takes a limited number of parameters in one statement.
    for part in keys.chunks(500) {
        found.extend(list::<T>(conn, &filter(part), order).await?);
    }
    Ok(found)
}

/// Writes a column of all rows that `filter` means.
pub async fn set<T: Record>(
    conn: &mut AnyConnection,
    (column, value): (&'static str, impl Column),
    filter: &Filter,
) -> Result<u64> {
    let mut values = filter.values.clone();
    values.push(value.store());
    let sql = format!(
        "UPDATE {} SET {column} = ${} WHERE {}",
        T::TABLE,
        values.len(),
        filter.sql()
    );
    let query = values
        .into_iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), bind);
    let done = query.execute(conn).await.map_err(failed("change rows"))?;
    Ok(done.rows_affected())
}

/// One page of the rows that `filter` means.
///
/// The marker's row is looked up by its id, whether or not it fits the filter (any more), and the
/// page begins behind its place: that costs the same on every page.
pub async fn page<T: Record>(
    conn: &mut AnyConnection,
    filter: &Filter,
    order: Order<'_>,
    page: &Page,
) -> Result<Vec<T>> {
    let id = T::COLUMNS[0];
    let mut values = filter.values.clone();
    let mut conditions = filter.sql();
    if let Some(marker) = &page.marker {
        values.push(Stored::Text(Some(marker.clone())));
        let behind = behind(T::TABLE, order, id, values.len());
        conditions = format!("{conditions} AND {behind}");
    }
    let limit = page
        .limit
        .map_or(i64::MAX, |n| i64::try_from(n).unwrap_or(i64::MAX));
    let offset = i64::try_from(page.offset).unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT {} FROM {} WHERE {conditions} ORDER BY {} LIMIT {limit} OFFSET {offset}",
        Shape::of(conn).select::<T>(""),
        T::TABLE,
        order_by(order, id),
    );
    fetch(conn, sql, values).await
}

/// One page of the rows that `filter` means, and the number of all of them.
pub async fn page_and_count<T: Record>(
    conn: &mut AnyConnection,
    filter: &Filter,
    order: Order<'_>,
    part: &Page,
) -> Result<(Vec<T>, u64)> {
    let count = count::<T>(conn, filter).await?;
    let list = page(conn, filter, order, part).await?;
    Ok((list, count))
}

/// The condition that a row comes behind the one whose id is parameter `marker`, in `order`.
fn behind(table: &str, order: Order<'_>, id: &str, marker: usize) -> String {
    let mut keys: Vec<(&str, bool)> = order.to_vec();
    keys.push((id, order.first().is_some_and(|(_, down)| *down)));
    let there = |what: &str| format!("(SELECT {what} FROM {table} WHERE {id} = ${marker})");
    let operator = |down: bool| if down { "<" } else { ">" };
    let first = keys[0].1;
    if keys.iter().all(|(_, down)| *down == first) {
        // One comparison of rows: an index with these columns leads to the place.
        let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        return format!("({names}) {} {}", operator(first), there(&names));
    }
    let mut same = String::new();
    let mut ways = Vec::new();
    for (name, down) in keys {
        ways.push(format!("({same}{name} {} {})", operator(down), there(name)));
        same.push_str(&format!("{name} = {} AND ", there(name)));
    }
    format!("({})", ways.join(" OR "))
}

/// Number of rows that `filter` means.
pub async fn count<T: Record>(conn: &mut AnyConnection, filter: &Filter) -> Result<u64> {
    let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", T::TABLE, filter.sql());
    let query = filter
        .values
        .iter()
        .cloned()
        .fold(sqlx::query(AssertSqlSafe(sql)), bind);
    let row = query.fetch_one(conn).await.map_err(failed("count rows"))?;
    let count: i64 = row.try_get(0).map_err(failed("read a count"))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The first row that `filter` means.
pub async fn one<T: Record>(conn: &mut AnyConnection, filter: &Filter) -> Result<Option<T>> {
    let sql = format!(
        "SELECT {} FROM {} WHERE {} LIMIT 1",
        Shape::of(conn).select::<T>(""),
        T::TABLE,
        filter.sql(),
    );
    Ok(fetch(conn, sql, filter.values.clone()).await?.pop())
}

async fn fetch<T: Record>(
    conn: &mut AnyConnection,
    sql: String,
    values: Vec<Stored>,
) -> Result<Vec<T>> {
    let shape = Shape::of(conn);
    let query = values
        .into_iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), bind);
    let rows = query
        .fetch_all(conn)
        .await
        .map_err(failed("read the catalog"))?;
    rows.iter().map(|row| shape.read(row)).collect()
}

/// The stored forms of a list of values: `values![id, now]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::catalog::record::Column::store(&$value)),*]
    };
}
pub(super) use values;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_is_read_back() {
        assert_eq!(
            Timestamp::load(Timestamp::MAX.store()),
            Some(Timestamp::MAX)
        );
        let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_millis(1_795_879_102_275);
        assert_eq!(Timestamp::load(now.store()), Some(now));
    }

    #[test]
    fn cells_are_what_columns_are() {
        let cells: Vec<Cell> =
            serde_json::from_str(r#"[null, -9223372036854775808, "a\"b"]"#).unwrap();
        let text = Cell::Text("a\"b".to_owned());
        assert_eq!(cells, [Cell::Null, Cell::Int(i64::MIN), text.clone()]);
        assert_eq!(cell::<Option<u64>>(Some(Cell::Null), "c").unwrap(), None);
        assert_eq!(cell::<Option<String>>(Some(Cell::Null), "c").unwrap(), None);
        assert_eq!(cell::<String>(Some(text.clone()), "c").unwrap(), "a\"b");
        for (wrong, why) in [
            (Some(Cell::Null), "nothing"),
            (Some(text), "a text"),
            (Some(Cell::Int(-1)), "below zero"),
            (None, "no cell"),
        ] {
            assert!(cell::<u64>(wrong, "c").is_err(), "{why}");
        }
        for wrong in ["[1.5]", "[true]", "[[]]", "[18446744073709551615]"] {
            assert!(serde_json::from_str::<Vec<Cell>>(wrong).is_err(), "{wrong}");
        }
    }

    #[track_caller]
    fn check(order: Order<'_>, expected: &str) {
        assert_eq!(behind("t", order, "id", 3), expected);
    }

    #[test]
    fn one_direction_is_one_comparison() {
        check(
            &[("a", true)],
            "(a, id) < (SELECT a, id FROM t WHERE id = $3)",
        );
        check(&[], "(id) > (SELECT id FROM t WHERE id = $3)");
    }

    #[test]
    fn several_directions_are_taken_one_after_the_other() {
        let a = "(SELECT a FROM t WHERE id = $3)";
        let b = "(SELECT b FROM t WHERE id = $3)";
        let id = "(SELECT id FROM t WHERE id = $3)";
        check(
            &[("a", false), ("b", true)],
            &format!("((a > {a}) OR (a = {a} AND b < {b}) OR (a = {a} AND b = {b} AND id > {id}))"),
        );
    }
}
