-- Events by five minutes and name, up to the place of the follower that notes their related resources; it keeps both in one transaction. Later ones are counted one by one.
create table event_sum (
    slot integer not null,
    name text not null,
    events integer not null,
    earliest integer not null,
    latest integer not null,
    primary key (slot, name)
) without rowid;
insert into event_sum (slot, name, events, earliest, latest)
select e.occurred / 300000000 * 300000000, e.name, count(*), min(e.occurred), max(e.occurred) from event e
where e."offset" <= (select f."offset" from event_follower f where f.name = 'related') group by 1, 2;

-- who deletes old events deletes whole slots but for one, in which the earliest may then be too early
create trigger event_sum_removed after delete on event when old."offset" <= (select f."offset" from event_follower f where f.name = 'related') begin
    update event_sum set events = events - 1 where slot = old.occurred / 300000000 * 300000000 and name = old.name;
end;
