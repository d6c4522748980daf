create table csrf_token (
    client text not null primary key,
    id uuid not null,
    created timestamptz not null,
    updated timestamptz not null,
    token_hash text not null,
    expiration timestamptz not null
);
create index csrf_token_expiration on csrf_token (expiration);
