-- Runs once, when the data directory is laid out: a database and a user for each service, who sees no other's.
-- SHARE names the folder with the passwords.
\set catalogue_password `cat "$SHARE/catalogue"`
\set metrics_password `cat "$SHARE/metrics"`

CREATE ROLE catalogue LOGIN PASSWORD :'catalogue_password';
CREATE ROLE metrics LOGIN PASSWORD :'metrics_password';
CREATE DATABASE catalogue OWNER catalogue;
CREATE DATABASE metrics OWNER metrics;
REVOKE ALL ON DATABASE catalogue, metrics FROM PUBLIC;
