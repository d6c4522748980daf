-- which events have a resource among their related ones; filled after the commit by a follower, whose place stands in event_follower. Events beyond that place are looked through
-- in their bodies, so that an answer never depends on how far it is
create table event_related_name (
    id bigint generated always as identity primary key,
    resource_id text collate "C" not null,
    role text collate "C" not null
);
create unique index event_related_name_of on event_related_name (resource_id, role);

create table event_related (
    resource bigint not null,
    occurred timestamptz not null,
    event bigint not null,
    primary key (resource, occurred, event)
);

create table event_follower (
    name text not null primary key,
    tx bigint not null,
    "offset" bigint not null
);
insert into event_follower (name, tx, "offset") values ('related', -1, 0);

-- counts by name and time need no look at the rows
drop index event_occurred;
create index event_occurred on event (occurred, name);

-- task runs that wait for a worker of their task; a row goes when its worker acknowledged the run
create table background_task_run (
    task_run_id uuid not null primary key references task_run (id) on delete cascade,
    task_key text not null,
    due timestamptz not null,
    offer uuid,
    offered_until timestamptz
);
create index background_task_run_due on background_task_run (task_key, due);
create index background_task_run_offered on background_task_run (task_key, offered_until) where offered_until is not null;

insert into background_task_run (task_run_id, task_key, due)
select tr.id, tr.task_key, coalesce(tr.next_scheduled_start_time, tr.created) from task_run tr join task_run_state s on s.id = tr.state_id
where tr.state_type = 'SCHEDULED' and (s.state_details ->> 'deferred')::boolean;

-- one row a connection: a worker that comes back may meet its old one
create table task_worker (
    connection uuid not null primary key,
    id text not null,
    task_keys jsonb not null,
    seen timestamptz not null
);
