//! What a backup or a restore would read and write.
