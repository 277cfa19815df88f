//! The service as it runs for people, killed and hindered: the real program as a child process,
//! declared images, a directory as store, SQLite.

mod ends;
mod hindered;
mod instant;
mod kills;
mod model;
mod program;
mod walk;
