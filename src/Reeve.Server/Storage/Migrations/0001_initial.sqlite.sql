create table flow (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null unique,
    tags text not null default '[]',
    labels text not null default '{}'
);
create index flow_created on flow (created);
create index flow_updated on flow (updated);

create table flow_run (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null,
    flow_id blob not null references flow (id) on delete cascade,
    flow_version text,
    deployment_id blob,
    deployment_version text,
    work_queue_id blob,
    work_queue_name text,
    parameters text not null default '{}',
    context text not null default '{}',
    job_variables text not null default '{}',
    empirical_policy text not null default '{}',
    tags text not null default '[]',
    labels text not null default '{}',
    created_by text,
    idempotency_key text,
    schedule_id blob,
    scheduled_for integer,
    auto_scheduled integer not null default 0,
    parent_task_run_id blob,
    infrastructure_document_id blob,
    infrastructure_pid text,
    state_id blob,
    state_type text,
    state_name text,
    state_timestamp integer,
    run_count integer not null default 0,
    attempt integer not null default 0,
    expected_start_time integer,
    next_scheduled_start_time integer,
    start_time integer,
    end_time integer,
    total_run_time real not null default 0
);
create unique index flow_run_idempotency on flow_run (flow_id, idempotency_key);
create unique index flow_run_fire_time on flow_run (schedule_id, scheduled_for) where schedule_id is not null;
create index flow_run_expected_start_time on flow_run (expected_start_time, id);
create index flow_run_first_start_time on flow_run (coalesce(start_time, expected_start_time));
create index flow_run_end_time on flow_run (end_time);
create index flow_run_next_scheduled on flow_run (next_scheduled_start_time);
create index flow_run_name on flow_run (name);
create index flow_run_state_type on flow_run (state_type, expected_start_time, id);
create index flow_run_deployment on flow_run (deployment_id, state_type, next_scheduled_start_time) where deployment_id is not null;
create index flow_run_parent on flow_run (parent_task_run_id) where parent_task_run_id is not null;
create index flow_run_claim on flow_run (work_queue_id, next_scheduled_start_time) where state_type = 'SCHEDULED' and work_queue_id is not null;

create table flow_run_state (
    id blob not null primary key,
    flow_run_id blob not null references flow_run (id) on delete cascade,
    type text not null,
    name text not null,
    timestamp integer not null,
    message text,
    state_details text not null default '{}',
    data text
) without rowid;
create index flow_run_state_run on flow_run_state (flow_run_id, timestamp);

create table task_run (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null,
    flow_run_id blob references flow_run (id) on delete cascade,
    task_key text not null,
    dynamic_key text not null,
    cache_key text,
    cache_expiration integer,
    task_version text,
    empirical_policy text not null default '{}',
    tags text not null default '[]',
    labels text not null default '{}',
    task_inputs text not null default '{}',
    state_id blob,
    state_type text,
    state_name text,
    state_timestamp integer,
    run_count integer not null default 0,
    flow_run_run_count integer not null default 0,
    expected_start_time integer,
    next_scheduled_start_time integer,
    start_time integer,
    end_time integer,
    total_run_time real not null default 0
);
create unique index task_run_key on task_run (flow_run_id, task_key, dynamic_key);
create index task_run_expected_start_time on task_run (expected_start_time);
create index task_run_end_time on task_run (end_time);
create index task_run_next_scheduled on task_run (next_scheduled_start_time);
create index task_run_name on task_run (name);
create index task_run_state_type on task_run (state_type, expected_start_time);

create table task_run_state (
    id blob not null primary key,
    task_run_id blob not null references task_run (id) on delete cascade,
    type text not null,
    name text not null,
    timestamp integer not null,
    message text,
    state_details text not null default '{}',
    data text
) without rowid;
create index task_run_state_run on task_run_state (task_run_id, timestamp);

create table task_run_state_cache (
    cache_key text not null primary key,
    task_run_state_id blob not null,
    expires integer
) without rowid;

create table log (
    id blob not null primary key,
    created integer not null,
    name text not null,
    level integer not null,
    message text not null,
    timestamp integer not null,
    flow_run_id blob,
    task_run_id blob
);
create index log_flow_run on log (flow_run_id, timestamp) where flow_run_id is not null;
create index log_task_run on log (task_run_id, timestamp) where task_run_id is not null;
create index log_timestamp on log (timestamp);

-- "offset" is the place in the stream; "tx" exists for PostgreSQL, where commits may overtake each other
create table event (
    "offset" integer primary key autoincrement,
    tx integer not null default 0,
    id blob not null unique,
    occurred integer not null,
    received integer not null,
    name text not null,
    resource_id text not null,
    body text not null
);
create index event_occurred on event (occurred);
create index event_resource on event (resource_id, occurred);

create table flow_run_lease (
    flow_run_id blob not null primary key references flow_run (id) on delete cascade,
    token blob not null unique,
    attempt integer not null,
    owner text not null,
    length real not null,
    granted integer not null,
    renewed integer not null,
    renewed_by text not null,
    expires integer not null,
    released integer
);
create index flow_run_lease_expires on flow_run_lease (expires) where released is null;

create table configuration (
    key text not null primary key,
    value text not null
) without rowid;
