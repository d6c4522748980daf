using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reeve.Hosting;

namespace Reeve;

/// <summary>Brings Reeve into a host.</summary>
public static class ReeveServiceCollectionExtensions
{
    /// <summary>
    /// Runs the host's flows by its own settings, ships the lines of every <c>ILogger</c> that is used inside a run to that run's logs, and serves what
    /// the builder is told to serve. May be called more than once.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes the options after the configuration was read.</param>
    public static ReeveBuilder AddReeve(this IServiceCollection services, Action<ReeveOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.All(service => service.ServiceType != typeof(HostedSession)))
        {
            services.AddOptions<ReeveOptions>()
                .Configure<IServiceProvider>(static (options, provider) =>
                {
                    if (provider.GetService<IConfiguration>() is { } configuration)
                        options.Read(configuration);
                })
                .ValidateOnStart();
            services.AddSingleton<IValidateOptions<ReeveOptions>, ReeveOptionsValidation>();
            services.AddSingleton(static provider => new HostedSession(
                provider.GetRequiredService<IOptions<ReeveOptions>>(), provider.GetRequiredService<ILoggerFactory>(), provider.GetService<TimeProvider>()));
            services.AddSingleton(static provider => new ReeveHealth(provider.GetService<TimeProvider>() ?? TimeProvider.System));
            services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoggerProvider, RunLoggerProvider>());
            services.AddSingleton<IHostedService, ServingService>();
        }

        if (configure is not null)
            services.PostConfigure(configure);
        return new ReeveBuilder(services);
    }

    private sealed class ReeveOptionsValidation : IValidateOptions<ReeveOptions>
    {
        public ValidateOptionsResult Validate(string? name, ReeveOptions options) =>
            options.Faults().ToList() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
