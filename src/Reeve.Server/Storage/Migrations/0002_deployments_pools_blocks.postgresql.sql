create table work_pool (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null unique,
    description text,
    type text not null,
    base_job_template jsonb not null default '{}',
    is_paused boolean not null default false,
    concurrency_limit integer,
    default_queue_id uuid,
    storage_configuration jsonb not null default '{}'
);

create table work_queue (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    work_pool_id uuid not null references work_pool (id) on delete cascade,
    name text not null,
    description text,
    is_paused boolean not null default false,
    concurrency_limit integer,
    priority integer not null default 1,
    filter jsonb,
    last_polled timestamptz
);
create index flow_run_active on flow_run (work_queue_id) where state_type in ('PENDING', 'RUNNING', 'CANCELLING') and work_queue_id is not null;
create unique index work_queue_name on work_queue (work_pool_id, name);

create table worker (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    work_pool_id uuid not null references work_pool (id) on delete cascade,
    name text not null,
    last_heartbeat_time timestamptz,
    heartbeat_interval_seconds double precision,
    online_until timestamptz not null
);
create unique index worker_name on worker (work_pool_id, name);

create table deployment (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null,
    version text,
    description text,
    flow_id uuid not null references flow (id) on delete cascade,
    paused boolean not null default false,
    concurrency_limit integer,
    concurrency_options jsonb,
    job_variables jsonb not null default '{}',
    parameters jsonb not null default '{}',
    tags jsonb not null default '[]',
    labels jsonb not null default '{}',
    work_queue_id uuid references work_queue (id) on delete set null,
    work_queue_name text,
    last_polled timestamptz,
    parameter_openapi_schema jsonb,
    enforce_parameter_schema boolean not null default true,
    path text,
    pull_steps jsonb,
    entrypoint text,
    manifest_path text,
    storage_document_id uuid,
    infrastructure_document_id uuid,
    created_by jsonb,
    updated_by jsonb
);
create unique index deployment_name on deployment (flow_id, name);
create index deployment_created on deployment (created);
create index deployment_updated on deployment (updated);
create index deployment_by_name on deployment (name);
create index deployment_work_queue on deployment (work_queue_id) where work_queue_id is not null;

create table deployment_schedule (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    deployment_id uuid not null references deployment (id) on delete cascade,
    schedule jsonb not null,
    active boolean not null default true,
    max_scheduled_runs integer,
    parameters jsonb not null default '{}',
    slug text
);
create index deployment_schedule_deployment on deployment_schedule (deployment_id);
create unique index deployment_schedule_slug on deployment_schedule (deployment_id, slug) where slug is not null;

create table block_type (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null,
    slug text not null unique,
    logo_url text,
    documentation_url text,
    description text,
    code_example text,
    is_protected boolean not null default false
);

create table block_schema (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    checksum text not null,
    fields jsonb not null default '{}',
    block_type_id uuid not null references block_type (id) on delete cascade,
    capabilities jsonb not null default '[]',
    version text not null
);
create unique index block_schema_checksum on block_schema (checksum, version);
create index block_schema_type on block_schema (block_type_id, created);

-- data: the whole document sealed with AES-256-GCM, as base64
create table block_document (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null,
    data text not null,
    block_schema_id uuid not null references block_schema (id) on delete cascade,
    block_type_id uuid not null references block_type (id) on delete cascade,
    is_anonymous boolean not null default false
);
create unique index block_document_name on block_document (block_type_id, name);
create index block_document_schema on block_document (block_schema_id);

create table block_document_reference (
    parent_id uuid not null references block_document (id) on delete cascade,
    name text not null,
    reference_id uuid not null references block_document (id) on delete cascade,
    primary key (parent_id, name)
);
create index block_document_reference_of on block_document_reference (reference_id);

create table variable (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null unique,
    value jsonb not null default 'null',
    tags jsonb not null default '[]'
);
create index variable_created on variable (created);

create table automation (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    name text not null,
    description text not null default '',
    enabled boolean not null default true,
    tags jsonb not null default '[]',
    trigger jsonb not null,
    actions jsonb not null default '[]',
    actions_on_trigger jsonb not null default '[]',
    actions_on_resolve jsonb not null default '[]',
    owner_resource text
);
create index automation_owner on automation (owner_resource) where owner_resource is not null;

create table automation_related_resource (
    automation_id uuid not null references automation (id) on delete cascade,
    resource_id text not null,
    primary key (automation_id, resource_id)
);
create index automation_related_to on automation_related_resource (resource_id);
