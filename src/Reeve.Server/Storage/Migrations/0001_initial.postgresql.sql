create table flow (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null unique,
    tags jsonb not null default '[]',
    labels jsonb not null default '{}'
);
create index flow_created on flow (created);
create index flow_updated on flow (updated);

create table flow_run (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null,
    flow_id uuid not null references flow (id) on delete cascade,
    flow_version text,
    deployment_id uuid,
    deployment_version text,
    work_queue_id uuid,
    work_queue_name text,
    parameters jsonb not null default '{}',
    context jsonb not null default '{}',
    job_variables jsonb not null default '{}',
    empirical_policy jsonb not null default '{}',
    tags jsonb not null default '[]',
    labels jsonb not null default '{}',
    created_by jsonb,
    idempotency_key text,
    schedule_id uuid,
    scheduled_for timestamptz,
    auto_scheduled boolean not null default false,
    parent_task_run_id uuid,
    infrastructure_document_id uuid,
    infrastructure_pid text,
    state_id uuid,
    state_type text,
    state_name text,
    state_timestamp timestamptz,
    run_count integer not null default 0,
    attempt integer not null default 0,
    expected_start_time timestamptz,
    next_scheduled_start_time timestamptz,
    start_time timestamptz,
    end_time timestamptz,
    total_run_time double precision not null default 0
);
create unique index flow_run_idempotency on flow_run (flow_id, idempotency_key);
create unique index flow_run_fire_time on flow_run (schedule_id, scheduled_for) where schedule_id is not null;
create index flow_run_expected_start_time on flow_run (expected_start_time, id);
create index flow_run_first_start_time on flow_run (coalesce(start_time, expected_start_time));
create index flow_run_end_time on flow_run (end_time desc nulls last);
create index flow_run_next_scheduled on flow_run (next_scheduled_start_time);
create index flow_run_tags on flow_run using gin (tags jsonb_path_ops);
create index flow_run_name on flow_run (name);
create index flow_run_state_type on flow_run (state_type, expected_start_time, id);
create index flow_run_deployment on flow_run (deployment_id, state_type, next_scheduled_start_time) where deployment_id is not null;
create index flow_run_parent on flow_run (parent_task_run_id) where parent_task_run_id is not null;
create index flow_run_claim on flow_run (work_queue_id, next_scheduled_start_time) where state_type = 'SCHEDULED' and work_queue_id is not null;

create table flow_run_state (
    id uuid not null primary key,
    flow_run_id uuid not null references flow_run (id) on delete cascade,
    type text not null,
    name text not null,
    timestamp timestamptz not null,
    message text,
    state_details jsonb not null default '{}',
    data jsonb
);
create index flow_run_state_run on flow_run_state (flow_run_id, timestamp);

create table task_run (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null,
    flow_run_id uuid references flow_run (id) on delete cascade,
    task_key text not null,
    dynamic_key text not null,
    cache_key text,
    cache_expiration timestamptz,
    task_version text,
    empirical_policy jsonb not null default '{}',
    tags jsonb not null default '[]',
    labels jsonb not null default '{}',
    task_inputs jsonb not null default '{}',
    state_id uuid,
    state_type text,
    state_name text,
    state_timestamp timestamptz,
    run_count integer not null default 0,
    flow_run_run_count integer not null default 0,
    expected_start_time timestamptz,
    next_scheduled_start_time timestamptz,
    start_time timestamptz,
    end_time timestamptz,
    total_run_time double precision not null default 0
);
create unique index task_run_key on task_run (flow_run_id, task_key, dynamic_key);
create index task_run_expected_start_time on task_run (expected_start_time);
create index task_run_end_time on task_run (end_time desc nulls last);
create index task_run_next_scheduled on task_run (next_scheduled_start_time);
create index task_run_tags on task_run using gin (tags jsonb_path_ops);
create index task_run_name on task_run (name);
create index task_run_state_type on task_run (state_type, expected_start_time);

create table task_run_state (
    id uuid not null primary key,
    task_run_id uuid not null references task_run (id) on delete cascade,
    type text not null,
    name text not null,
    timestamp timestamptz not null,
    message text,
    state_details jsonb not null default '{}',
    data jsonb
);
create index task_run_state_run on task_run_state (task_run_id, timestamp);

create table task_run_state_cache (
    cache_key text not null primary key,
    task_run_state_id uuid not null,
    expires timestamptz
);

create table log (
    id uuid not null primary key,
    created timestamptz not null,
    name text not null,
    level integer not null,
    message text not null,
    timestamp timestamptz not null,
    flow_run_id uuid,
    task_run_id uuid
);
create index log_flow_run on log (flow_run_id, timestamp) where flow_run_id is not null;
create index log_task_run on log (task_run_id, timestamp) where task_run_id is not null;
create index log_timestamp on log (timestamp);

-- A row is settled once no older transaction runs: readers follow (tx, "offset") below the oldest running transaction
create table event (
    "offset" bigint generated always as identity primary key,
    tx bigint not null default (pg_current_xact_id()::text::bigint),
    id uuid not null unique,
    occurred timestamptz not null,
    received timestamptz not null,
    name text not null,
    resource_id text not null,
    body jsonb not null
);
create index event_stream on event (tx, "offset");
create index event_occurred on event (occurred);
create index event_resource on event (resource_id, occurred);

create table flow_run_lease (
    flow_run_id uuid not null primary key references flow_run (id) on delete cascade,
    token uuid not null unique,
    attempt integer not null,
    owner text not null,
    length double precision not null,
    granted timestamptz not null,
    renewed timestamptz not null,
    renewed_by text not null,
    expires timestamptz not null,
    released timestamptz
);
create index flow_run_lease_expires on flow_run_lease (expires) where released is null;

create table configuration (
    key text not null primary key,
    value jsonb not null
);
