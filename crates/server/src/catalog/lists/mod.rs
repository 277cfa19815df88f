//! Lists as people look at them: filtered, sorted by any column, paged by key.
//!
//! A page begins behind a [`Place`]: the sort value and the id of the row before it. So paging
//! stays where it was while rows come and go, and costs the same on every page.
//!
//! What belongs to the rows of a page (disks, vaults, newest backups, tasks) is read by [`more`],
//! in one statement for each kind and page.

pub mod more;
pub mod specs;

use coffer_core::Result;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::failed;
use super::record::{Column, Filter, Record, Shape, Stored, bind};

/// A column that a list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name in the API.
    pub name: &'static str,
    /// The expression, of the row `t`; never NULL.
    pub sql: &'static str,
    /// Whether it is a number.
    pub is_int: bool,
}

/// A text column.
const fn text(name: &'static str, sql: &'static str) -> Key {
    Key {
        name,
        sql,
        is_int: false,
    }
}

/// A number column.
const fn int(name: &'static str, sql: &'static str) -> Key {
    Key {
        name,
        sql,
        is_int: true,
    }
}

/// Where a page ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Value of the sort key there.
    pub value: Stored,
    /// Id of the row.
    pub id: String,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone)]
pub struct Part {
    /// Sorted by this.
    pub key: Key,
    /// From the largest to the smallest.
    pub down: bool,
    /// Behind this place.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: u64,
}

impl Part {
    /// The first `limit` rows by `key`.
    pub fn first(key: Key, limit: u64) -> Part {
        Part {
            key,
            down: false,
            after: None,
            limit,
        }
    }
}

/// Rows of a list.
#[derive(Debug, Clone)]
pub struct Rows<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The last row's place, where there are more behind it.
    pub next: Option<Place>,
    /// Number of all rows that fit.
    pub total: u64,
}

/// One part of the rows of `T` that `filter` means, and the number of all of them.
///
/// `filter` names the table `t`.
pub async fn part<T: Record>(
    conn: &mut AnyConnection,
    filter: &Filter,
    part: &Part,
) -> Result<Rows<T>> {
    let total = count::<T>(conn, filter).await?;
    let shape = Shape::of(conn);
    let (key, id) = (part.key.sql, T::COLUMNS[0]);
    let mut values = filter.values().to_vec();
    let mut conditions = filter.sql();
    let (operator, direction) = if part.down { ("<", " DESC") } else { (">", "") };
    if let Some(place) = &part.after {
        values.push(place.value.clone());
        values.push(Stored::Text(Some(place.id.clone())));
        let n = values.len();
        conditions = format!(
            "{conditions} AND ({key}, t.{id}) {operator} (${}, ${n})",
            n - 1
        );
    }
    let limit = i64::try_from(part.limit).unwrap_or(i64::MAX - 1);
    let sql = format!(
        "SELECT {}, {key} AS sort_value, t.{id} AS place FROM {} t WHERE {conditions} \
         ORDER BY {key}{direction}, t.{id}{direction} LIMIT {}",
        shape.select::<T>("t."),
        T::TABLE,
        limit + 1,
    );
    let query = values
        .into_iter()
        .fold(sqlx::query(AssertSqlSafe(sql)), bind);
    let mut found = query.fetch_all(conn).await.map_err(failed("read a list"))?;
    let more = found.len() > part.limit as usize;
    found.truncate(part.limit as usize);
    let mut next = None;
    if more && let Some(last) = found.last() {
        let value = match part.key.is_int {
            true => Stored::Int(Some(super::record::column(last, "sort_value")?)),
            false => Stored::Text(Some(super::record::column(last, "sort_value")?)),
        };
        let id = last.try_get("place").map_err(failed("read an id"))?;
        next = Some(Place { value, id });
    }
    let rows = found.iter().map(|row| shape.read(row));
    let rows = rows.collect::<Result<_>>()?;
    Ok(Rows { rows, next, total })
}

/// Number of rows of `T` that `filter` means.
pub async fn count<T: Record>(conn: &mut AnyConnection, filter: &Filter) -> Result<u64> {
    let sql = format!("SELECT COUNT(*) FROM {} t WHERE {}", T::TABLE, filter.sql());
    let query = filter
        .values()
        .iter()
        .cloned()
        .fold(sqlx::query(AssertSqlSafe(sql)), bind);
    let row = query.fetch_one(conn).await.map_err(failed("count rows"))?;
    let count: i64 = row.try_get(0).map_err(failed("read a count"))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Whether a text occurs in `column` or begins the id. For [`Filter::with_all`], with
/// [`search_values`].
fn search_values(text: &str) -> Vec<Stored> {
    let inside = pattern(text);
    let begins = inside[1..].to_owned();
    vec![inside.store(), begins.store()]
}

/// The pattern of texts in lower case that hold a text somewhere, for `LIKE ? ESCAPE '\'`.
pub fn pattern(text: &str) -> String {
    let mut escaped = String::from("%");
    for c in text.to_ascii_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped.push('%');
    escaped
}
