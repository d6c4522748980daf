create table work_pool (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null unique,
    description text,
    type text not null,
    base_job_template text not null default '{}',
    is_paused integer not null default 0,
    concurrency_limit integer,
    default_queue_id blob,
    storage_configuration text not null default '{}'
);

create table work_queue (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    work_pool_id blob not null references work_pool (id) on delete cascade,
    name text not null,
    description text,
    is_paused integer not null default 0,
    concurrency_limit integer,
    priority integer not null default 1,
    filter text,
    last_polled integer
);
create index flow_run_active on flow_run (work_queue_id) where state_type in ('PENDING', 'RUNNING', 'CANCELLING') and work_queue_id is not null;
create unique index work_queue_name on work_queue (work_pool_id, name);

create table worker (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    work_pool_id blob not null references work_pool (id) on delete cascade,
    name text not null,
    last_heartbeat_time integer,
    heartbeat_interval_seconds real,
    online_until integer not null
);
create unique index worker_name on worker (work_pool_id, name);

create table deployment (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null,
    version text,
    description text,
    flow_id blob not null references flow (id) on delete cascade,
    paused integer not null default 0,
    concurrency_limit integer,
    concurrency_options text,
    job_variables text not null default '{}',
    parameters text not null default '{}',
    tags text not null default '[]',
    labels text not null default '{}',
    work_queue_id blob references work_queue (id) on delete set null,
    work_queue_name text,
    last_polled integer,
    parameter_openapi_schema text,
    enforce_parameter_schema integer not null default 1,
    path text,
    pull_steps text,
    entrypoint text,
    manifest_path text,
    storage_document_id blob,
    infrastructure_document_id blob,
    created_by text,
    updated_by text
);
create unique index deployment_name on deployment (flow_id, name);
create index deployment_created on deployment (created);
create index deployment_updated on deployment (updated);
create index deployment_by_name on deployment (name);
create index deployment_work_queue on deployment (work_queue_id) where work_queue_id is not null;

create table deployment_schedule (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    deployment_id blob not null references deployment (id) on delete cascade,
    schedule text not null,
    active integer not null default 1,
    max_scheduled_runs integer,
    parameters text not null default '{}',
    slug text
);
create index deployment_schedule_deployment on deployment_schedule (deployment_id);
create unique index deployment_schedule_slug on deployment_schedule (deployment_id, slug) where slug is not null;

create table block_type (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null,
    slug text not null unique,
    logo_url text,
    documentation_url text,
    description text,
    code_example text,
    is_protected integer not null default 0
);

create table block_schema (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    checksum text not null,
    fields text not null default '{}',
    block_type_id blob not null references block_type (id) on delete cascade,
    capabilities text not null default '[]',
    version text not null
);
create unique index block_schema_checksum on block_schema (checksum, version);
create index block_schema_type on block_schema (block_type_id, created);

-- data: the whole document sealed with AES-256-GCM, as base64
create table block_document (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null,
    data text not null,
    block_schema_id blob not null references block_schema (id) on delete cascade,
    block_type_id blob not null references block_type (id) on delete cascade,
    is_anonymous integer not null default 0
);
create unique index block_document_name on block_document (block_type_id, name);
create index block_document_schema on block_document (block_schema_id);

create table block_document_reference (
    parent_id blob not null references block_document (id) on delete cascade,
    name text not null,
    reference_id blob not null references block_document (id) on delete cascade,
    primary key (parent_id, name)
) without rowid;
create index block_document_reference_of on block_document_reference (reference_id);

create table variable (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null unique,
    value text not null default 'null',
    tags text not null default '[]'
);
create index variable_created on variable (created);

create table automation (
    id blob not null primary key,
    created integer not null,
    updated integer not null,
    name text not null,
    description text not null default '',
    enabled integer not null default 1,
    tags text not null default '[]',
    trigger text not null,
    actions text not null default '[]',
    actions_on_trigger text not null default '[]',
    actions_on_resolve text not null default '[]',
    owner_resource text
);
create index automation_owner on automation (owner_resource) where owner_resource is not null;

create table automation_related_resource (
    automation_id blob not null references automation (id) on delete cascade,
    resource_id text not null,
    primary key (automation_id, resource_id)
) without rowid;
create index automation_related_to on automation_related_resource (resource_id);
