-- What project files have applied: a row for each project and environment, and whose a deployment is with what was last applied to it.
create table project (
    id uuid not null primary key,
    name text not null,
    environment text not null,
    version bigint not null,
    applied timestamptz not null,
    last_apply uuid not null,
    record jsonb,
    answer jsonb not null,
    unique (name, environment)
);
create table project_deployment (
    deployment_id uuid not null primary key references deployment (id) on delete cascade,
    project_id uuid not null references project (id) on delete cascade,
    applied jsonb not null
);
create index project_deployment_project on project_deployment (project_id);
