using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Server.Hosting;

namespace Reeve.Server.Templates;

/// <summary><c>/templates/validate</c>, also under the name that newer clients know. The body is a JSON text: the template.</summary>
internal sealed class TemplatesApi
{
    internal void Map(IEndpointRouteBuilder api)
    {
        foreach (var route in (string[])["/templates/validate", "/automations/templates/validate"])
            api.MapPost(route, ValidateAsync).Says("Checks a template: 204, or 422 with its first fault.").Takes<string>(required: false).Answers(204).Answers<TemplateRefusal>(422);
    }

    private static async Task ValidateAsync(HttpContext http)
    {
        // no body at all is the empty template
        var template = http.Request.ContentLength == 0 ? "" : await http.Request.ReadWireAsync<string>(http.RequestAborted).ConfigureAwait(false);
        await (TemplateSyntax.Fault(template) is { } fault
            ? http.AnswerAsync(new TemplateRefusal(new(fault.Line, fault.Message, template)), StatusCodes.Status422UnprocessableEntity)
            : http.NoContentAsync()).ConfigureAwait(false);
    }
}

/// <summary>The answer to a template that cannot be used.</summary>
internal sealed record TemplateRefusal(TemplateRefusal.FirstFault Error)
{
    internal sealed record FirstFault(int Line, string Message, string Source);
}
