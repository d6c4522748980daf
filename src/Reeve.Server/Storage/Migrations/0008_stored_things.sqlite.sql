create table artifact (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    key text,
    type text,
    description text,
    data text,
    metadata text,
    flow_run_id blob,
    task_run_id blob
);
create index artifact_key on artifact (key, created, id) where key is not null;
create index artifact_created on artifact (created, id);
create index artifact_updated on artifact (updated, id);
create index artifact_flow_run on artifact (flow_run_id) where flow_run_id is not null;
create index artifact_task_run on artifact (task_run_id) where task_run_id is not null;

-- the newest artifact of each key; its content is read from there
create table artifact_collection (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    key text not null unique,
    latest_id blob not null references artifact (id) on delete cascade
);
create index artifact_collection_latest on artifact_collection (latest_id);

create table saved_search (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null unique,
    filters text not null default '[]'
);

create table flow_run_notification_policy (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    is_active integer not null,
    state_names text not null default '[]',
    tags text not null default '[]',
    block_document_id blob not null references block_document (id) on delete cascade,
    message_template text
);
create index flow_run_notification_policy_block on flow_run_notification_policy (block_document_id);

-- built-in kinds of blocks that newer clients do not have: they define a kind of that name themselves
alter table block_type add column only_for_two integer not null default 0;
update block_type set only_for_two = 1 where slug in ('date-time', 'json', 'process', 'string') and logo_url like 'https://reeve.invalid/%';
