using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Reeve;

/// <summary>Says which flows a host has and which of their deployments it serves.</summary>
public sealed class ReeveBuilder
{
    internal ReeveBuilder(IServiceCollection services) => Services = services;

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Registers a class whose instance methods are flows or tasks: one instance for each flow run, its constructor filled from the services.</summary>
    /// <typeparam name="T">The class.</typeparam>
    public ReeveBuilder AddFlows<T>()
        where T : class
    {
        Services.TryAddScoped<T>();
        return this;
    }

    /// <summary>Serves a deployment while the host runs.</summary>
    /// <param name="deployment">The deployment, such as <c>Flow.Of(Etl).ToDeployment("nightly", cron: "0 3 * * *")</c>.</param>
    public ReeveBuilder Serve(Deployment deployment) => Serve(_ => deployment);

    /// <summary>Serves a deployment that is made when the host starts, such as from its configuration.</summary>
    /// <param name="deployment">Makes the deployment.</param>
    public ReeveBuilder Serve(Func<IServiceProvider, Deployment> deployment)
    {
        Services.AddSingleton(new Hosting.ServedDeployment(deployment));
        return this;
    }
}
