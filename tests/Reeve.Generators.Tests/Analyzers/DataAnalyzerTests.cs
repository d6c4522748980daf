namespace Reeve.Generators.Tests.Analyzers;

public sealed class DataAnalyzerTests
{
    [Theory]
    [InlineData("Action x", "Parameter 'x'", "System.Action")]
    [InlineData("System.IO.FileStream x", "Parameter 'x'", "System.IO.FileStream")]
    [InlineData("System.Net.Http.HttpClient x", "Parameter 'x'", "System.Net.Http.HttpClient")]
    [InlineData("System.Data.Common.DbConnection x", "Parameter 'x'", "System.Data.Common.DbConnection")]
    [InlineData("List<Task<int>> x", "Parameter 'x'", "System.Threading.Tasks.Task<int>")]
    [InlineData("Order[] x", "Parameter 'x'", "System.Func<int>")]
    public async Task Parameter_that_cannot_be_stored_is_warned_of(string parameter, string where, string held) => Assert.StartsWith(
        $"REEVE008: {where} of 'Go' holds '{held}'",
        Assert.Single(await Snippet.Compile($$"""public static class C { [Task] public static void Go({{parameter}}) { } } public record Order(int Id, Func<int> Total);""").DiagnosticsAsync()),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("System.IO.Stream")]
    [InlineData("Task<System.IO.MemoryStream>")]
    [InlineData("Task<(int, Action)>")]
    public async Task Result_that_cannot_be_stored_is_warned_of(string type) => Assert.StartsWith(
        "REEVE008: The result of 'Go' holds", Assert.Single(await Snippet.Compile($"static class C {{ [Flow] static {type} Go() => throw new NotSupportedException(); }}").DiagnosticsAsync()), StringComparison.Ordinal);

    [Theory]
    [InlineData("Order x")]
    [InlineData("IEnumerable<int> x, Dictionary<string, List<DateTimeOffset>> y, Uri? z, byte[] bytes, CancellationToken ct")]
    [InlineData("Tree x")]
    public async Task Plain_data_is_good(string parameters) => Assert.Empty(await Snippet.Compile($$"""
        public static class C { [Flow] public static Task<Order> Go({{parameters}}) => throw new NotSupportedException(); }
        public record Order(int Id, [property: System.Text.Json.Serialization.JsonIgnore] Func<int> Total);
        public record Tree(string Name, List<Tree> Branches, Tree? Parent);
        """).DiagnosticsAsync());

    [Theory]
    [InlineData("string password")]
    [InlineData("string dbPassword")]
    [InlineData("string? apiKey")]
    [InlineData("string accessToken")]
    [InlineData("string connectionString")]
    public async Task Secret_as_a_flow_parameter_is_warned_of(string parameter)
    {
        var diagnostic = Assert.Single(await Snippet.Compile($"static class C {{ [Flow] static void Go({parameter}) {{ }} }}").DiagnosticsAsync());
        Assert.StartsWith("REEVE010: ", diagnostic, StringComparison.Ordinal);
        Assert.EndsWith("looks like a secret, and the parameters of a flow run are stored and shown in clear. Pass the name of a block or secret and load it inside.", diagnostic, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[Flow] static void Go(string pageToken, string secretName, string passwordPolicy, bool hasPassword, string token) { }")]
    [InlineData("[Task] static void Go(string password) { }")] // arguments of tasks are not sent
    public async Task What_only_sounds_a_little_like_a_secret_is_good(string member) => Assert.Empty(await Snippet.Compile($"static class C {{ {member} }}").DiagnosticsAsync());

    [Theory]
    [InlineData("RunLogger.Current.Info($\"login {password}\");")]
    [InlineData("RunLogger.Current.Info(\"login \" + password);")]
    [InlineData("Console.WriteLine(password);")]
    public async Task Secret_in_a_log_line_is_warned_of(string statement) => Assert.StartsWith(
        "REEVE010: 'password' looks like a secret, and log lines are stored and shown in clear",
        Assert.Single(await Snippet.Compile($"static class C {{ [Task] static void Go(string password) {{ {statement} }} }}").DiagnosticsAsync()), StringComparison.Ordinal);

    [Theory]
    [InlineData("[Task] static void Go(string password) { RunLogger.Current.Info($\"{password.Length} characters, {password == \"\"}\"); }")]
    [InlineData("static void Go(string password) { Console.WriteLine(password); }")]
    public async Task What_does_not_show_it_is_good(string member) => Assert.Empty(await Snippet.Compile($"static class C {{ {member} }}").DiagnosticsAsync());

    [Fact]
    public async Task Two_tasks_of_one_name_are_warned_of() => Assert.StartsWith(
        "REEVE012: The task name 'fetch' is also used by 'A.Fetch()'",
        Assert.Single(await Snippet.Compile("static class A { [Task] static void Fetch() { } } static class B { [Task(Name = \"fetch\")] static void Other() { } }").DiagnosticsAsync()),
        StringComparison.Ordinal);

    [Fact]
    public async Task Overloads_are_one_task() =>
        Assert.Empty(await Snippet.Compile("static class A { [Task] static void Fetch() { } [Task] static void Fetch(int x) { } }").DiagnosticsAsync());

    [Fact]
    public async Task Method_group_that_names_a_flow_is_good() => Assert.Empty(await Snippet.Compile("""
        static class A { [Flow] static void Go() { } static Flow Use() => Flow.Of(Go); }
        """).DiagnosticsAsync());
}
