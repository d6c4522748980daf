using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Server.Storage;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Fuzz;

/// <summary>
/// Drives every operation of the served document with good and bad input. REEVE_FUZZ_SEED chooses another sequence, REEVE_FUZZ_REQUESTS another number of
/// requests for each operation.
/// </summary>
public sealed class ApiFuzzTests
{
    private static readonly int Seed = Setting("REEVE_FUZZ_SEED", 20261120);
    private static readonly int RequestsEach = Setting("REEVE_FUZZ_REQUESTS", 24);
    private static readonly string[] Agents = ["prefect/2.20.25 (API 0.8.4)", "prefect/3.8.3 (API 0.8.4)", "reeve/0.1.0"];

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task No_input_breaks_an_operation_and_no_refused_one_writes(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind, options => options with { Scheduler = false, LateRuns = false, WorkerHealth = new() { TellsChanges = false } });
        var document = (await host.GetAsync("openapi.json")).Body;
        var operations = FuzzedOperation.Read(document);
        var run = new FuzzRun(host, new SchemaCheck(document), new Random(Seed));

        // makers first, so that the others find something
        var ordered = operations.OrderBy(o => o.EmptiesDatabase).ThenBy(o => o.Method == "DELETE").ThenBy(o => o.Method != "POST").ToList();
        foreach (var operation in ordered.Where(o => !o.EmptiesDatabase && o.Method == "POST"))
            for (var i = 0; i < 4; i++)
                await run.SendAsync(operation, Shape.Good);
        for (var round = 0; round < RequestsEach; round++)
            foreach (var operation in ordered.Where(o => !o.EmptiesDatabase || round == RequestsEach - 1))
                await run.SendAsync(operation, (Shape)(round % 4 is 0 ? 0 : 1 + (round % 4 + round / 4) % 4));

        Assert.True(run.Sent >= operations.Count * RequestsEach / 2);
        Assert.True(run.Refused > run.Sent / 5 && run.Accepted > run.Sent / 10, $"{run.Refused} refused and {run.Accepted} accepted of {run.Sent}: the requests are too much alike");
        Assert.True(run.Faults.Count == 0, $"{run.Faults.Count} kinds of faults with seed {Seed}:\n{string.Join('\n', run.Faults.Values.Take(40))}");
    }

    [Fact]
    public async Task Without_the_secret_no_operation_answers_or_writes()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { ApiAuthentication = "admin:secret" });
        var operations = FuzzedOperation.Read(WireJson.Parse(await ServerHost.DescribeAsync()));
        var maker = new RequestMaker(new SchemaCheck(WireJson.Parse(await ServerHost.DescribeAsync())), new Random(Seed));
        var before = await RowsAsync(host);
        List<string> answered = [];
        foreach (var operation in operations)
        {
            foreach (var credentials in (string?[])[null, "Basic", "Basic ☃", "Basic YWRtaW46Z3Vlc3M=", "Bearer admin:secret", "Basic " + Convert.ToBase64String(new byte[5000])])
            {
                using var request = new HttpRequestMessage(new HttpMethod(operation.Method), new Uri("http://localhost" + maker.Path(operation, odd: false)));
                if (operation.Body is { } schema)
                    request.Content = new StringContent(maker.Body(schema, odd: false), MediaTypeHeaderValue.Parse("application/json"));
                if (credentials is not null)
                    request.Headers.TryAddWithoutValidation("Authorization", credentials);
                using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);
                if ((int)answer.StatusCode != 401)
                    answered.Add(operation.Name);
            }
        }

        Assert.Equal(["GET /api/health", "GET /api/ready"], answered.Distinct());
        Assert.Equal(before, await RowsAsync(host));
    }

    [Fact]
    public async Task A_method_that_a_path_does_not_have_is_refused_and_writes_nothing()
    {
        await using var host = await TestHost.StartAsync();
        var document = (await host.GetAsync("openapi.json")).Body;
        var maker = new RequestMaker(new SchemaCheck(document), new Random(Seed));
        var before = await RowsAsync(host);
        List<string> taken = [];
        foreach (var path in FuzzedOperation.Read(document).Where(o => o.Path.StartsWith("/api/", StringComparison.Ordinal)).GroupBy(o => o.Path))
        {
            foreach (var method in ((string[])["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"]).Except(path.Select(o => o.Method)))
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("http://localhost" + maker.Path(path.First(), odd: false)));
                using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);
                if ((int)answer.StatusCode is < 400 or >= 500)
                    taken.Add($"{method} {path.Key}: {(int)answer.StatusCode}");
            }
        }

        Assert.Empty(taken);
        Assert.Equal(before, await RowsAsync(host));
    }

    // indexes and sums that loops of the server bring up to date whenever they get to it
    private static readonly string[] FilledByLoops = ["event_related", "event_sum", "flow_run_names", "flow_run_fresh", "flow_run_sum", "flow_run_tag_sum", "flow_run_task_sum", "task_run_sum"];

    // how many rows each table has, and when one of them was last changed
    private static async Task<string> RowsAsync(TestHost host) => string.Join(' ', await host.Database.ReadAsync(
        async session =>
        {
            var dated = (await session.QueryAsync(
                session.Dialect.Name == "sqlite"
                    ? "select t.name from sqlite_master t join pragma_table_info(t.name) c on c.name = 'updated' where t.type = 'table'"
                    : "select table_name from information_schema.columns where table_schema = current_schema() and column_name = 'updated'",
                static row => row.Text(0)).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
            var tables = (await AllRows.TablesAsync(session).ConfigureAwait(false)).Where(table => !FilledByLoops.Any(name => table.StartsWith(name, StringComparison.Ordinal)));
            return await session.QueryAsync(
                string.Join(" union all ", tables.Select(table => $"select '{table}', count(*), {(dated.Contains(table) ? "coalesce(cast(max(updated) as text), '')" : "''")} from \"{table}\"")),
                static row => $"{row.Text(0)}={row.Long(1)}@{row.Text(2).Replace(' ', 'T')}").ConfigureAwait(false);
        },
        TestHost.Cancellation));

    private static int Setting(string name, int standard) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : standard;

    private enum Shape
    {
        Good,
        OddBody,
        OddAddress,
        NoJson,
        OddEverything,
    }

    private sealed class FuzzRun(TestHost host, SchemaCheck check, Random random)
    {
        private readonly RequestMaker maker = new(check, random);
        private string rows = "";

        internal Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);

        internal int Sent { get; private set; }

        internal int Refused { get; private set; }

        internal int Accepted { get; private set; }

        internal async Task SendAsync(FuzzedOperation operation, Shape shape)
        {
            if (shape == Shape.OddBody && operation.Body is null)
                shape = Shape.OddAddress;
            var path = maker.Path(operation, shape is Shape.OddAddress or Shape.OddEverything);
            using var request = new HttpRequestMessage(new HttpMethod(operation.Method), new Uri("http://localhost" + path));
            var body = operation.Body is { } schema ? maker.Body(schema, shape is Shape.OddBody or Shape.OddEverything) : shape == Shape.NoJson ? "{}" : null;
            if (body is not null)
            {
                request.Content = new ByteArrayContent(shape == Shape.NoJson ? maker.Broken(body) : Encoding.UTF8.GetBytes(body));
                request.Content.Headers.TryAddWithoutValidation("Content-Type", random.Next(10) == 0 ? "text/csv" : "application/json");
            }
            request.Headers.TryAddWithoutValidation("User-Agent", Agents[random.Next(Agents.Length)]);
            if (random.Next(20) == 0)
                request.Headers.TryAddWithoutValidation("X-Reeve-Lease", "not-a-lease");
            if (rows.Length == 0)
                rows = await RowsAsync(host);
            Sent++;
            using var answer = await host.Client.SendAsync(request, TestHost.Cancellation);
            await JudgeAsync(operation, shape, path, body, answer);
        }

        private async Task JudgeAsync(FuzzedOperation operation, Shape shape, string path, string? body, HttpResponseMessage answer)
        {
            var status = (int)answer.StatusCode;
            var text = await answer.Content.ReadAsStringAsync(TestHost.Cancellation);
            void Fault(string what) => Faults.TryAdd($"{operation.Name}|{what.Split(" given")[0]}", $"{operation.Name}: {what}\n    {shape} {Short(path)}\n    {Short(body ?? "")}\n    -> {status} {Short(text)}");
            if (status >= 500)
                Fault($"answers {status}");
            if (status >= 400)
            {
                Refused++;
                var now = await RowsAsync(host);
                if (now != rows)
                    Fault($"answers {status} and has written: {string.Join(", ", now.Split(' ').Except(rows.Split(' ')))}");
                rows = now;
                return;
            }
            Accepted++;
            rows = "";
            var described = operation.Answers.Where(a => a.Key < 300).ToDictionary();
            if (described.Count == 0)
                return;
            if (!described.TryGetValue(status, out var schema))
            {
                Fault($"answers {status}, which is not described");
                return;
            }
            if (schema is null || answer.Content.Headers.ContentType?.MediaType != "application/json")
                return;
            var value = WireJson.Parse(text);
            if (check.Faults(value, schema.Value) is { Count: > 0 } faults)
                Fault(faults[0]);
            maker.Learn(value, operation.Noun);
        }

        private static string Short(string text) => text.Length > 600 ? $"{text[..600]}… ({text.Length})" : text;
    }
}
