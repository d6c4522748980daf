-- Events by five minutes and name, up to the place of the follower that notes their related resources; it keeps both in one transaction. Later ones are counted one by one.
create table event_sum (
    slot timestamptz not null,
    name text not null,
    events bigint not null,
    earliest timestamptz not null,
    latest timestamptz not null,
    primary key (slot, name)
);
insert into event_sum (slot, name, events, earliest, latest)
select date_bin('5 minutes', e.occurred, 'epoch'), e.name, count(*), min(e.occurred), max(e.occurred) from event e
where (e.tx, e."offset") <= (select f.tx, f."offset" from event_follower f where f.name = 'related') group by 1, 2;

-- who deletes old events deletes whole slots but for one, in which the earliest may then be too early
create function event_sum_removed() returns trigger language plpgsql as $$
begin
    update event_sum set events = events - 1 where slot = date_bin('5 minutes', old.occurred, 'epoch') and name = old.name
        and (old.tx, old."offset") <= (select f.tx, f."offset" from event_follower f where f.name = 'related');
    return null;
end
$$;
create trigger event_sum_removed after delete on event for each row execute function event_sum_removed();
