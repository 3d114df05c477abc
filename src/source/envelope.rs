//! The envelope of a syslog line. Stub.
