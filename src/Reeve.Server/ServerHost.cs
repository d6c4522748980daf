using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Reeve.Server.Artifacts;
using Reeve.Server.Automations;
using Reeve.Server.Blocks;
using Reeve.Server.Collections;
using Reeve.Server.ConcurrencyLimits;
using Reeve.Server.Console;
using Reeve.Server.Deployments;
using Reeve.Server.Events;
using Reeve.Server.FlowRuns;
using Reeve.Server.Flows;
using Reeve.Server.Graphs;
using Reeve.Server.Hosting;
using Reeve.Server.Hosting.OpenApi;
using Reeve.Server.Logs;
using Reeve.Server.Notifications;
using Reeve.Server.Orchestration;
using Reeve.Server.Projects;
using Reeve.Server.RunHistory;
using Reeve.Server.SavedSearches;
using Reeve.Server.Schemas;
using Reeve.Server.Storage;
using Reeve.Server.TaskRuns;
using Reeve.Server.Templates;
using Reeve.Server.Ui;
using Reeve.Server.Variables;
using Reeve.Server.WorkPools;

namespace Reeve.Server;

/// <summary>The server: every service, endpoint group and loop stands in one of the three lists below.</summary>
public sealed class ServerHost : IAsyncDisposable
{
    private readonly ServerOptions options;
    private readonly Action<IWebHostBuilder>? configureWeb;
    private readonly CancellationTokenSource stopping = new();
    private Task loops = Task.CompletedTask;
    private Task warmUp = Task.CompletedTask;
    private Database? database;

    private ServerHost(ServerOptions options, Action<IWebHostBuilder>? configureWeb) => (this.options, this.configureWeb) = (options, configureWeb);

    /// <summary>The address of the API without <c>/api</c>, such as <c>http://127.0.0.1:4200</c>; known once started.</summary>
    public string Address { get; private set; } = "";

    internal WebApplication App { get; private set; } = null!;

    /// <summary>Prepares a server; nothing is opened before <see cref="StartAsync"/>.</summary>
    public static ServerHost Build(ServerOptions options) => Build(options, configureWeb: null);

    internal static ServerHost Build(ServerOptions options, Action<IWebHostBuilder>? configureWeb) => new(options, configureWeb);

    /// <summary>The OpenAPI document of this program's routes, made without a database and without listening.</summary>
    public static async Task<string> DescribeAsync() => OpenApiDocument.Of(await EndpointsAsync().ConfigureAwait(false)).ToJsonString();

    /// <summary>This program's routes, without a database and without listening.</summary>
    internal static async Task<IReadOnlyList<Endpoint>> EndpointsAsync()
    {
        await using var server = new ServerHost(new ServerOptions { Home = Path.GetTempPath() }, configureWeb: null);
        await using var none = new NoDatabase(TimeProvider.System);
        server.App = server.BuildApp(none);
        return [.. ((IEndpointRouteBuilder)server.App).DataSources.SelectMany(source => source.Endpoints)];
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<AdminApi>().AddSingleton<DatabaseAdminApi>().AddSingleton<ConsoleApi>().AddSingleton<ConsoleSettingsApi>().AddSingleton<ReferenceApi>();
        services.AddSingleton<Orchestrator>().AddSingleton<RunStatesApi>();
        services.AddSingleton<FlowsStore>().AddSingleton<FlowsApi>();
        services.AddSingleton<FlowRunsStore>().AddSingleton<FlowRunsApi>().AddSingleton<FlowRunLeasesApi>().AddSingleton<LeaseReaper>().AddSingleton<FlowRunNameGatherer>();
        services.AddSingleton<TaskRunsStore>().AddSingleton<TaskRunsApi>().AddSingleton<TaskRunProposalsApi>();
        services.AddSingleton<FlowRunInputsStore>().AddSingleton<FlowRunInputsApi>().AddSingleton<FlowRunResumption>().AddSingleton<FlowRunProposalsApi>();
        services.AddSingleton<LateRunMarker>().AddSingleton<PauseExpiry>().AddSingleton<CancelledRunChildren>();
        services.AddSingleton<BackgroundTaskRuns>().AddSingleton<BackgroundTaskSocket>().AddSingleton<TaskWorkersApi>();
        services.AddSingleton<FlowRunQueriesApi>().AddSingleton<TaskRunQueriesApi>().AddSingleton<RunHistoryStore>().AddSingleton<RunSumFolder>().AddSingleton<RunHistoryApi>();
        services.AddSingleton<FlowRunGraphStore>().AddSingleton<FlowRunGraphApi>().AddSingleton<LogDownloadApi>().AddSingleton<UiStore>().AddSingleton<UiApi>();
        services.AddSingleton<WorkPoolsStore>().AddSingleton<WorkPoolsApi>().AddSingleton<WorkQueuesStore>().AddSingleton<WorkQueuesApi>().AddSingleton<WorkersStore>();
        services.AddSingleton<WorkerMonitor>().AddSingleton<DueRuns>().AddSingleton<ScheduledRunsApi>().AddSingleton<ClaimsApi>().AddSingleton<WorkerChannel>();
        services.AddSingleton<DeploymentsStore>().AddSingleton<DeploymentDrafts>().AddSingleton<DeploymentChecks>().AddSingleton<DeploymentChanges>().AddSingleton<DeploymentsApi>();
        services.AddSingleton<ProjectsStore>().AddSingleton<ProjectsApi>();
        services.AddSingleton<SchedulesStore>().AddSingleton<AutoScheduledRuns>().AddSingleton<DeploymentSchedulesApi>().AddSingleton<RunScheduler>().AddSingleton<DeploymentRunsApi>();
        services.AddSingleton<ConcurrencyLimitsStore>().AddSingleton<DeploymentLimits>().AddSingleton<GlobalLimitsApi>().AddSingleton<SlotsApi>().AddSingleton<TagLimitsApi>().AddSingleton<SlotLeaseReaper>();
        services.AddSingleton<ConcurrencyStatusApi>().AddSingleton<FlowRunExplainer>().AddSingleton<FlowRunWhyApi>();
        services.AddSingleton<VariablesStore>().AddSingleton<VariablesApi>();
        services.AddSingleton<BlockSecrets>().AddSingleton<BlockTypesStore>().AddSingleton<BlockSchemasStore>().AddSingleton<BuiltInBlocks>().AddSingleton<BlockTypesApi>();
        services.AddSingleton<BlockDocumentsStore>().AddSingleton<BlockDocumentsApi>();
        services.AddSingleton<FreshServer>().AddSingleton<WarmUp>();
        services.AddSingleton<AutomationsStore>().AddSingleton<AutomationsApi>().AddSingleton<CollectionsApi>().AddSingleton<TemplatesApi>().AddSingleton<SchemasApi>();
        services.AddSingleton<ArtifactsStore>().AddSingleton<ArtifactsApi>().AddSingleton<SavedSearchesStore>().AddSingleton<SavedSearchesApi>();
        services.AddSingleton<NotificationPoliciesStore>().AddSingleton<NotificationPoliciesApi>();
        services.AddSingleton<LogsStore>().AddSingleton<LogsApi>().AddSingleton<LogSocket>();
        services.AddSingleton<EventsStore>().AddSingleton<EventCounts>().AddSingleton<EventsApi>().AddSingleton<EventStream>().AddSingleton<EventSockets>().AddSingleton<RelatedResourceIndexer>();
    }

    private static void MapEndpoints(IServiceProvider services, IEndpointRouteBuilder api)
    {
        services.GetRequiredService<AdminApi>().Map(api);
        services.GetRequiredService<DatabaseAdminApi>().Map(api);
        services.GetRequiredService<FlowsApi>().Map(api);
        services.GetRequiredService<FlowRunsApi>().Map(api);
        services.GetRequiredService<FlowRunProposalsApi>().Map(api);
        services.GetRequiredService<FlowRunInputsApi>().Map(api);
        services.GetRequiredService<FlowRunQueriesApi>().Map(api);
        services.GetRequiredService<TaskRunQueriesApi>().Map(api);
        services.GetRequiredService<RunHistoryApi>().Map(api);
        services.GetRequiredService<FlowRunGraphApi>().Map(api);
        services.GetRequiredService<LogDownloadApi>().Map(api);
        services.GetRequiredService<UiApi>().Map(api);
        services.GetRequiredService<RunStatesApi>().Map(api);
        services.GetRequiredService<FlowRunLeasesApi>().Map(api);
        services.GetRequiredService<TaskRunsApi>().Map(api);
        services.GetRequiredService<TaskRunProposalsApi>().Map(api);
        services.GetRequiredService<BackgroundTaskSocket>().Map(api);
        services.GetRequiredService<TaskWorkersApi>().Map(api);
        services.GetRequiredService<WorkPoolsApi>().Map(api);
        services.GetRequiredService<WorkQueuesApi>().Map(api);
        services.GetRequiredService<ScheduledRunsApi>().Map(api);
        services.GetRequiredService<ClaimsApi>().Map(api);
        services.GetRequiredService<WorkerChannel>().Map(api);
        services.GetRequiredService<DeploymentsApi>().Map(api);
        services.GetRequiredService<DeploymentSchedulesApi>().Map(api);
        services.GetRequiredService<DeploymentRunsApi>().Map(api);
        services.GetRequiredService<ProjectsApi>().Map(api);
        services.GetRequiredService<TagLimitsApi>().Map(api);
        services.GetRequiredService<GlobalLimitsApi>().Map(api);
        services.GetRequiredService<SlotsApi>().Map(api);
        services.GetRequiredService<ConcurrencyStatusApi>().Map(api);
        services.GetRequiredService<FlowRunWhyApi>().Map(api);
        services.GetRequiredService<VariablesApi>().Map(api);
        services.GetRequiredService<BlockTypesApi>().Map(api);
        services.GetRequiredService<BlockDocumentsApi>().Map(api);
        services.GetRequiredService<AutomationsApi>().Map(api);
        services.GetRequiredService<CollectionsApi>().Map(api);
        services.GetRequiredService<TemplatesApi>().Map(api);
        services.GetRequiredService<SchemasApi>().Map(api);
        services.GetRequiredService<ArtifactsApi>().Map(api);
        services.GetRequiredService<SavedSearchesApi>().Map(api);
        services.GetRequiredService<NotificationPoliciesApi>().Map(api);
        services.GetRequiredService<LogsApi>().Map(api);
        services.GetRequiredService<LogSocket>().Map(api);
        services.GetRequiredService<EventsApi>().Map(api);
        services.GetRequiredService<EventSockets>().Map(api);
    }

    private static IEnumerable<PeriodicService> Loops(IServiceProvider services) =>
    [
        services.GetRequiredService<EventStream>(),
        services.GetRequiredService<RelatedResourceIndexer>(),
        services.GetRequiredService<LeaseReaper>(),
        services.GetRequiredService<RunScheduler>(),
        services.GetRequiredService<LateRunMarker>(),
        services.GetRequiredService<PauseExpiry>(),
        services.GetRequiredService<CancelledRunChildren>(),
        services.GetRequiredService<SlotLeaseReaper>(),
        services.GetRequiredService<RunSumFolder>(),
        services.GetRequiredService<FlowRunNameGatherer>(),
        services.GetRequiredService<WorkerMonitor>(),
    ];

    private bool IsWanted(PeriodicService loop) => loop switch
    {
        RunScheduler => options.Scheduler,
        LateRunMarker => options.LateRuns,
        PauseExpiry => options.Upkeep.EndsPauses,
        CancelledRunChildren => options.Upkeep.CancelsChildren,
        WorkerMonitor => options.WorkerHealth.TellsChanges,
        _ => true,
    };

    /// <summary>Opens the database, brings it up to date and begins to answer.</summary>
    /// <exception cref="ServerStartException">The database cannot be used, or the address is taken.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            database = await Database.OpenAsync(options.Database ?? Path.Combine(options.Home, "reeve.db"), options.Clock, cancellation).ConfigureAwait(false);
            App = BuildApp(database);
            await App.Services.GetRequiredService<FreshServer>().PrepareAsync(cancellation).ConfigureAwait(false);
            await App.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (DatabaseUnusableException fault)
        {
            throw new ServerStartException(fault.Message, fault);
        }
        catch (IOException fault)
        {
            throw new ServerStartException($"The address http://{options.Host}:{options.Port} cannot be used: {fault.InnerException?.Message ?? fault.Message}", fault);
        }
        Address = App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        loops = Task.WhenAll(Loops(App.Services).Where(IsWanted).Select(loop => Task.Run(() => loop.RunAsync(stopping.Token), CancellationToken.None)));
        if (options.WarmUp)
            warmUp = Task.Run(() => App.Services.GetRequiredService<WarmUp>().RunAsync(stopping.Token), CancellationToken.None);
    }

    /// <summary>Starts if that was not done, serves until cancelled, then stops in order.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (database is null)
            await StartAsync(cancellation).ConfigureAwait(false);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Takes no more requests, ends the loops, finishes what waits to be written.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        if (App is not null)
        {
            using var limit = new CancellationTokenSource(options.LongestStop, options.Clock);
            await App.StopAsync(limit.Token).ConfigureAwait(false);
        }
        await loops.ConfigureAwait(false);
        await warmUp.ConfigureAwait(false);
    }

    private WebApplication BuildApp(Database opened)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "reeve", ContentRootPath = AppContext.BaseDirectory });
        builder.AddHosting(options);
        configureWeb?.Invoke(builder.WebHost);
        builder.Services.AddSingleton(opened);
        AddServices(builder.Services);

        var app = builder.Build();
        app.UseHosting(options);
        MapEndpoints(app.Services, app.MapGroup("/api"));
        app.Services.GetRequiredService<ReferenceApi>().Map(app);
        app.Services.GetRequiredService<ConsoleSettingsApi>().Map(app);
        return app;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        if (App is not null)
            await App.DisposeAsync().ConfigureAwait(false);
        if (database is not null)
            await database.DisposeAsync().ConfigureAwait(false);
        stopping.Dispose();
    }
}
