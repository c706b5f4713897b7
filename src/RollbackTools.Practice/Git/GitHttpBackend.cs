using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RollbackTools.Practice.Git;

/// <summary>One request and one <c>git http-backend</c>, joined by the Common Gateway Interface (RFC 3875).</summary>
internal static class GitHttpBackend
{
    public static async Task AnswerAsync(HttpContext http, GitTool git, string root, string? user)
    {
        using var process = git.Start(root, ["http-backend"], Variables(http.Request, root, user));
        using var aborted = http.RequestAborted.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var sending = SendAsync(http.Request.Body, process);
        try
        {
            var output = process.StandardOutput.BaseStream;
            await HeadersAsync(output, http.Response, http.RequestAborted);
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await output.CopyToAsync(http.Response.Body, http.RequestAborted);
        }
        finally
        {
            await sending;
            await process.WaitForExitAsync(CancellationToken.None);
            await errors;
        }
    }

    private static Dictionary<string, string> Variables(HttpRequest request, string root, string? user)
    {
        Dictionary<string, string> variables = new()
        {
            ["GIT_PROJECT_ROOT"] = root,
            ["GIT_HTTP_EXPORT_ALL"] = "1",
            ["GATEWAY_INTERFACE"] = "CGI/1.1",
            ["REQUEST_METHOD"] = request.Method,
            ["PATH_INFO"] = request.Path.Value ?? "/",
            ["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?') ?? "",
            ["CONTENT_TYPE"] = request.ContentType ?? "",
            ["REMOTE_ADDR"] = "127.0.0.1",
        };
        if (request.ContentLength is { } length) variables["CONTENT_LENGTH"] = length.ToString(CultureInfo.InvariantCulture);
        if (user is not null) variables["REMOTE_USER"] = user;
        Pass("Git-Protocol", "GIT_PROTOCOL");
        Pass("Content-Encoding", "HTTP_CONTENT_ENCODING");
        return variables;

        void Pass(string header, string name)
        {
            if (request.Headers.TryGetValue(header, out var value)) variables[name] = value.ToString();
        }
    }

    private static async Task SendAsync(Stream body, Process process)
    {
        try
        {
            await body.CopyToAsync(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The backend has read enough, or the client has gone; either way its answer decides.
        }
    }

    private static async Task HeadersAsync(Stream output, HttpResponse response, CancellationToken cancellation)
    {
        var spoke = false;
        while (await LineAsync(output, cancellation) is { Length: > 0 } line)
        {
            spoke = true;
            var colon = line.IndexOf(':');
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            if (name.Equals("Status", StringComparison.OrdinalIgnoreCase)) response.StatusCode = int.Parse(value[..3], CultureInfo.InvariantCulture);
            else response.Headers[name] = value;
        }

        if (!spoke) response.StatusCode = StatusCodes.Status500InternalServerError;
    }

    private static async Task<string> LineAsync(Stream stream, CancellationToken cancellation)
    {
        ArrayBufferWriter<byte> line = new(128);
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellation) == 1 && one[0] != (byte)'\n') line.Write(one);
        return Encoding.ASCII.GetString(line.WrittenSpan).TrimEnd('\r');
    }
}
