create table artifact (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    key text,
    type text,
    description text,
    data jsonb,
    metadata jsonb,
    flow_run_id uuid,
    task_run_id uuid
);
create index artifact_key on artifact (key, created, id) where key is not null;
create index artifact_created on artifact (created, id);
create index artifact_updated on artifact (updated, id);
create index artifact_flow_run on artifact (flow_run_id) where flow_run_id is not null;
create index artifact_task_run on artifact (task_run_id) where task_run_id is not null;

-- the newest artifact of each key; its content is read from there
create table artifact_collection (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    key text not null unique,
    latest_id uuid not null references artifact (id) on delete cascade
);
create index artifact_collection_latest on artifact_collection (latest_id);

create table saved_search (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null unique,
    filters jsonb not null default '[]'
);

create table flow_run_notification_policy (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    is_active boolean not null,
    state_names jsonb not null default '[]',
    tags jsonb not null default '[]',
    block_document_id uuid not null references block_document (id) on delete cascade,
    message_template text
);
create index flow_run_notification_policy_block on flow_run_notification_policy (block_document_id);

-- built-in kinds of blocks that newer clients do not have: they define a kind of that name themselves
alter table block_type add column only_for_two boolean not null default false;
update block_type set only_for_two = true where slug in ('date-time', 'json', 'process', 'string') and logo_url like 'https://reeve.invalid/%';
