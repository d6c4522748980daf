-- What project files have applied: a row for each project and environment, and whose a deployment is with what was last applied to it.
create table project (
    id blob not null primary key,
    name text not null,
    environment text not null,
    version integer not null,
    applied integer not null,
    last_apply blob not null,
    record text,
    answer text not null,
    unique (name, environment)
);
create table project_deployment (
    deployment_id blob not null primary key references deployment (id) on delete cascade,
    project_id blob not null references project (id) on delete cascade,
    applied text not null
);
create index project_deployment_project on project_deployment (project_id);
