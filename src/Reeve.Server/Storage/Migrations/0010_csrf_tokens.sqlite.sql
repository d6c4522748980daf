create table csrf_token (
    client text not null primary key,
    id blob not null,
    created integer not null,
    updated integer not null,
    token_hash text not null,
    expiration integer not null
);
create index csrf_token_expiration on csrf_token (expiration);
